-- Which recorded programs lack debug information, what cannot be shown without it, and what helps?
SELECT path, symbols, reason, missing, remedy
FROM binaries
WHERE capture = :capture AND program AND missing IS NOT NULL
ORDER BY reason IS NULL, path;
