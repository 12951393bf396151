# SPDX-License-Identifier: MIT OR Apache-2.0
"""Readers of what `hud-analyze export` writes, with the field numbers of the public .proto files.

Nothing here knows the writer: a message is a dictionary from field number to its list of values.
"""

import collections
import gzip
import re
import struct

from lib import expect


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def message(data):
    fields = collections.defaultdict(list)
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            value, at = struct.unpack_from("<Q", data, at)[0], at + 8
        else:
            expect(wire == 2, f"wire type {wire}")
            length, at = varint(data, at)
            expect(at + length <= len(data), "a message is cut")
            value, at = data[at:at + length], at + length
        fields[number].append(value)
    return fields


def packed(data):
    values, at = [], 0
    while at < len(data):
        value, at = varint(data, at)
        values.append(value)
    return values


def signed(value):
    return value - (1 << 64) if value >> 63 else value


class Trace:
    """A Perfetto trace: tracks, slices with arguments, counters, samples, flows."""

    def __init__(self, data):
        self.interned = collections.defaultdict(dict)
        self.stacks = {}  # names of their functions, by number
        self.tracks, self.slices, self.instants, self.samples = {}, [], [], []
        self.counters = collections.defaultdict(list)
        self.open = {}
        packets = [message(packet) for packet in message(data)[1]]
        self.head(packets[0])
        for packet in packets:
            self.packet(packet)
        expect(not self.open, f"{len(self.open)} slices have no end")

    def head(self, packet):
        """The first packet begins the sequence's state, and says of which clock times are."""
        expect(packet[13] == [3] and packet[10] == [1], "no state is begun")
        expect(message(packet[59][0])[58] == [3], "times are not of CLOCK_MONOTONIC")
        snapshot = message(packet[6][0])
        expect(snapshot[2] == [3], "the trace's clock is not CLOCK_MONOTONIC")
        self.clocks = {clock[1][0]: clock[2][0] for clock in map(message, snapshot[1])}

    def packet(self, packet):
        for data in packet[12]:
            for number, entries in message(data).items():
                for entry in map(message, entries):
                    expect(entry[1][0] not in self.interned[number], "defined twice")
                    self.interned[number][entry[1][0]] = entry
        for track in map(message, packet[60]):
            self.tracks[track[1][0]] = track
        for event in map(message, packet[11]):
            self.event(event, packet[8][0])
        for sample in map(message, packet[66]):
            self.samples.append((packet[8][0], sample[2][0], sample[3][0],
                                 self.stack(sample[4][0])))

    def text(self, number, iid):
        return self.interned[number][iid][2][0].decode()

    def stack(self, iid):
        if iid not in self.stacks:
            self.stacks[iid] = self.functions(iid)
        return self.stacks[iid]

    def functions(self, iid):
        frames = [self.interned[6][frame] for frame in self.interned[7][iid][2]]
        for frame in frames:
            expect(frame[3][0] in self.interned[19], "a frame without a mapping")
        return [self.text(5, frame[2][0]) for frame in frames]

    def value(self, annotation):
        if annotation[12]:
            return [self.arguments(entry[11]) for entry in map(message, annotation[12])]
        return self.text(29, annotation[17][0]) if annotation[17] else signed(annotation[4][0])

    def arguments(self, annotations):
        return {self.text(3, a[1][0]): self.value(a) for a in map(message, annotations)}

    def event(self, event, time_ns):
        kind, track = event[9][0], event[11][0]
        expect(track in self.tracks, f"there is no track {track}")
        if kind == 4:
            self.counters[track].append((time_ns, signed(event[30][0])))
            return
        if kind == 2:
            began = self.open.pop(track)
            expect(began["start"] <= time_ns, "a slice ends before it begins")
            began["end"] = time_ns
            self.slices.append(began)
            return
        read = {"track": track, "start": time_ns, "end": time_ns,
                "name": self.text(2, event[10][0]), "category": self.text(1, event[3][0]),
                "args": self.arguments(event[4]), "flows": event[47], "ends": event[48],
                "stack": self.stack(event[56][0]) if event[56] else None}
        if kind == 1:
            expect(track not in self.open, "two slices of a track overlap")
            self.open[track] = read
        else:
            self.instants.append(read)


class Profile:
    """pprof's profile.proto: samples with their calls, outermost first, values and labels."""

    def __init__(self, data):
        self.raw = raw = message(gzip.decompress(data))
        self.strings = [text.decode() for text in raw[6]]
        expect(self.strings[0] == "", "the first string is not empty")
        self.types = [self.strings[message(t)[1][0]] for t in raw[1]]
        self.functions = {f[1][0]: self.strings[f[2][0]] for f in map(message, raw[5])}
        self.mappings = {m[1][0]: m for m in map(message, raw[3])}
        self.locations = {m[1][0]: m for m in map(message, raw[4])}
        self.samples = [self.sample(message(sample)) for sample in raw[2]]

    def calls(self, ids):
        for location in (self.locations[number] for number in reversed(ids)):
            expect(not location[2] or location[2][0] in self.mappings, "no such mapping")
            for line in reversed(location[4]):
                yield self.functions[message(line)[1][0]]

    def sample(self, sample):
        labels = {}
        for label in map(message, sample[3]):
            labels[self.strings[label[1][0]]] = (
                self.strings[label[2][0]] if label[2] else label[3][0])
        values = dict(zip(self.types, map(signed, packed(sample[2][0]))))
        return list(self.calls(packed(sample[1][0]))), values, labels


def folded(text):
    """Collapsed stacks: a dictionary from calls to the number."""
    stacks = {}
    for line in text.removesuffix("\n").split("\n"):
        calls, blank, number = line.rpartition(" ")
        expect(blank and number.isdigit() and all(calls.split(";")),
               f"no collapsed stack: {line[:200]!r}")
        expect(calls not in stacks, f"twice: {line[:200]!r}")
        stacks[calls] = int(number)
    return stacks


METRIC = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9.]+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"')


def metrics(text):
    """Prometheus's text format: a list of name, labels and value."""
    found = []
    for line in text.removesuffix("\n").split("\n"):
        if re.match(r"# (HELP|TYPE) hud_[a-z_]+ .", line):
            continue
        match = METRIC.fullmatch(line)
        expect(match, f"no metric: {line[:200]!r}")
        labels = {k: v.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
                  for k, v in LABEL.findall(match[2] or "")}
        found.append((match[1], labels, float(match[3])))
    names = [(name, tuple(sorted(labels.items()))) for name, labels, _ in found]
    expect(len(names) == len(set(names)), "a series comes twice")
    return found
