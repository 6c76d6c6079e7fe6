"""Reads a log with Inspect's own package and prints what it holds as JSON: `check_inspect_log.py LOG.json`.

Exit code 77 when the package is not there: what it would have checked is then unchecked, not wrong.
"""

import json
import sys

try:
    from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries
except ImportError as missing:
    print(f"inspect-ai is not installed: {missing}", file=sys.stderr)
    sys.exit(77)


def main(path: str) -> None:
    log = read_eval_log(path)
    summaries = read_eval_log_sample_summaries(path)
    samples = log.samples or []
    print(
        json.dumps(
            {
                "status": log.status,
                "model": log.eval.model,
                "task": log.eval.task,
                "samples": len(samples),
                "summaries": len(summaries),
                "epochs": sorted({sample.epoch for sample in samples}),
                "right": sum((sample.scores or {}).get("retort") is not None
                             and sample.scores["retort"].value == "C" for sample in samples),
                "errors": sum(sample.error is not None for sample in samples),
                "metrics": {name: metric.value for name, metric in log.results.scores[0].metrics.items()},
                "model_events": sum(event.event == "model" for sample in samples for event in sample.events),
                "info_events": sum(event.event == "info" for sample in samples for event in sample.events),
                "reasoning": any(
                    part.type == "reasoning"
                    for sample in samples
                    for event in sample.events
                    if event.event == "model" and event.output.choices
                    for part in event.output.choices[0].message.content
                    if not isinstance(part, str)
                ),
                "listed": len(list_eval_logs(path.rsplit("/", 1)[0])),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
