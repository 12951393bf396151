-- the functions that poll are probed from the start to the end, by uprobe_multi or one by one
SELECT min(attached) = 1 AND max(sites) >= 20 AND min(probe_cost_ns) > 0 AND count(*) >= 2,
       group_concat(attached || ' attached to ' || sites || ' sites at '
                    || probe_cost_ns || ' ns a hit', '; ')
FROM probe_state;
