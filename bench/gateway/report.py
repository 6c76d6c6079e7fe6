"""What was measured, as tables: the median of the rounds with the least and the most."""
import statistics

NAMES = {"whole": "whole answers", "streamed": "streams of 50 events at once", "chunks": "streams of 16 chunks, one by one"}


def digits(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(values, show=digits):
    """Median and range; a round without a figure is said, not left out silently."""
    there = [value for value in values if value is not None]
    if not there:
        return "none"
    text = show(statistics.median(there))
    if len(there) > 1:
        text += f" ({show(min(there))} to {show(max(there))})"
    return text + (f" in {len(there)} of {len(values)} rounds" if len(there) < len(values) else "")


def milliseconds(microseconds):
    return None if microseconds is None else microseconds / 1e3


def difference(one, other):
    return None if one is None or other is None else milliseconds(one - other)


class Rounds:
    """The results of all rounds, found by what was measured."""

    def __init__(self, results):
        self.by = {(one["kind"], one["what"], one["target"], one["concurrency"], one["round"]): one for one in results}
        self.rounds = sorted({one["round"] for one in results})

    def all(self, *key):
        return [self.by.get((*key, number)) for number in self.rounds]

    def values(self, key, find):
        return [None if one is None or "fault" in one else find(one) for one in self.all(*key)]

    def pairs(self, key, other, find):
        """Both of the same round."""
        return [None if a is None or b is None or "fault" in a or "fault" in b else find(a, b)
                for a, b in zip(self.all(*key), self.all(*other))]

    def failures(self, *keys):
        """All of all rounds, by their kind."""
        total, said = {}, []
        for one in (one for key in keys for one in self.all(*key) if one):
            if "fault" in one:
                said.append(" ".join(one["fault"].split())[:200])
            elif not one["requests"]:
                said.append("no answer in time")
            elif not one.get("kept_up", True):
                said.append(f"{one['rate']:,.0f}/s instead of {one['asked_rate']:,.0f}")
            for name, count in one.get("errors", {}).items():
                total[name] = total.get(name, 0) + count
        return ", ".join([*(f"{count} {name}" for name, count in total.items() if count), *said]) or "none"


def share(one, limit):
    return one["per_second"] / limit["per_second"] if limit["per_second"] else None


def throughput(rounds, what, targets, concurrencies):
    rows = []
    for concurrency in concurrencies:
        for target in targets:
            key = ("most", what, target, concurrency)
            if not any(rounds.all(*key)):
                continue
            rows.append([
                str(concurrency), target, spread(rounds.values(key, lambda one: one["per_second"])),
                "" if target == "direct" else spread(
                    rounds.pairs(key, ("most", what, "nginx", concurrency), share)),
                spread(rounds.values(key, lambda one: milliseconds(one["p50_us"]))),
                spread(rounds.values(key, lambda one: milliseconds(one["p99_us"]))),
                "" if target == "direct" else spread(rounds.values(key, lambda one: one["cpu_us"])),
                "" if target == "direct" else spread(rounds.values(key, lambda one: 100 * one["core"])),
                rounds.failures(key)])
    return (f"Requests a second, {NAMES[what]}",
            ["at a time", "by", "requests/s", "of nginx's", "p50 ms", "p99 ms", "CPU us a request", "% of its core",
             "failed"], rows)


def added(rounds, what, targets):
    """Beside the same requests straight to the server, in the same round."""
    rows = []
    for name, kind in (("1 at a time", "most"), ("half load", "steady")):
        for target in targets:
            key = (kind, what, target, 1)
            other = (kind, what, "direct" if kind == "most" else "direct for " + target, 1)
            if target == "direct" or not any(rounds.all(*key)):
                continue
            rows.append([
                name, target, "" if kind == "most" else spread(rounds.values(key, lambda one: one["rate"])),
                "" if kind == "most" else spread(rounds.values(key, lambda one: 100 * one["rate"] / one["most"])),
                spread(rounds.values(other, lambda one: milliseconds(one["p50_us"]))),
                spread(rounds.pairs(key, other, lambda one, straight: difference(one["p50_us"], straight["p50_us"]))),
                spread(rounds.values(other, lambda one: milliseconds(one["p99_us"]))),
                spread(rounds.pairs(key, other, lambda one, straight: difference(one["p99_us"], straight["p99_us"]))),
                rounds.failures(key, other)])
    return (f"Added latency, {NAMES[what]}",
            ["load", "by", "requests/s", "% of its most", "straight p50 ms", "added p50 ms", "straight p99 ms",
             "added p99 ms", "failed"], rows)


def megabytes(count):
    return f"{count / 1e6:.1f}"


def memory(results):
    rows = []
    for one in results:
        if "fault" in one:
            rows.append([one["target"], *[""] * 7, one["fault"]])
            continue
        rows.append([one["target"], f"{one['opened']:,} of {one['asked']:,}", f"{one['took_s']:.1f}",
                     *(megabytes(one[when]["VmRSS"]) for when in ("before", "after", "rest")),
                     f"{one['rss_a_stream']:,.0f}", f"{one['anonymous_a_stream']:,.0f}",
                     f"{len(one['faults'])}: {one['faults'][0]}" if one["faults"] else
                     f"{one['left_open']} still open at the server" if one["left_open"] else "none"])
    return ("Memory of open streams",
            ["by", "open", "opened in s", "RSS MB before", "RSS MB with them", "RSS MB after they left",
             "RSS bytes a stream", "of them anonymous", "failed"], rows)


def at_rest(results, targets):
    rows = [[target, megabytes(statistics.median(sizes))] for target in targets
            if (sizes := [one["memory"] for one in results if one["target"] == target and "memory" in one])]
    return "Memory after the requests", ["by", "RSS MB"], rows


def tables(found, targets, concurrencies, parts):
    rounds = Rounds(found["requests"])
    made = []
    if "throughput" in parts:
        made += [throughput(rounds, what, targets, concurrencies) for what in ("whole", "streamed")]
    if "latency" in parts:
        made += [added(rounds, what, targets) for what in ("whole", "streamed", "chunks")]
    made += [at_rest(found["rest"], targets), memory(found["memory"])]
    return [one for one in made if one[2]]


def text_of(table):
    """Markdown that can be read as it is."""
    title, head, rows = table
    rows = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return f"{title}\n\n" + "".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |\n" for line in lines)

