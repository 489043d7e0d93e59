"""Published figures that our functions must give, by the names of their cases."""

import json
from pathlib import Path

CASES = {
    case["id"]: case
    for case in json.loads(Path(__file__).with_name("reference-cases.json").read_text("utf-8"))["cases"]
}
