"""Compares a Beancount journal with the events that it was exported from: entry by entry, posting by posting.

usage: compare-ledger.py EVENTS.jsonl LEDGER.beancount

Beancount reads the journal and Python the events; neither shares code with Bifrost.
"""

import json
import sys
from decimal import Decimal

from beancount import loader
from beancount.core.data import Balance, Transaction


def expected(path):
    """Amounts by position, of money by currency and of instruments together."""
    entries = {}
    with open(path) as lines:
        for line in lines:
            event = json.loads(line)
            postings = event["data"].get("postings", [])
            if postings:
                entries[event["position"]] = (event["businessDate"], sorted(amounts(postings)))
    return entries


def amounts(postings):
    for posting in postings:
        kind = posting["account"].replace("_", "").lower()
        money = "instrumentId" not in posting
        yield (kind, posting["currency"] if money else "instrument", Decimal(posting["amount"]))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    events = expected(sys.argv[1])
    entries, errors, _ = loader.load_file(sys.argv[2])
    if errors:
        sys.exit(f"Beancount has {len(errors)} errors, the first: {errors[0].message}")
    currencies = {currency for _, rows in events.values() for _, currency, _ in rows}
    found, asserted, postings = {}, 0, 0
    for entry in entries:
        if isinstance(entry, Balance):
            asserted += 1
        if not isinstance(entry, Transaction):
            continue
        rows = []
        for posting in entry.postings:
            unit = posting.units.currency
            kind = posting.account.split(":")[1].lower()
            rows.append((kind, unit if unit in currencies else "instrument", posting.units.number))
        postings += len(rows)
        found[int(entry.meta["position"])] = (str(entry.date), sorted(rows))
    if found != events:
        different = [place for place in sorted(found.keys() | events.keys()) if found.get(place) != events.get(place)]
        sys.exit(f"{len(different)} entries differ, the first at position {different[0]}")
    if not asserted:
        sys.exit("the journal asserts no balance")
    print(f"{len(found)} entries, {postings} postings and {asserted} asserted balances agree with the events")


if __name__ == "__main__":
    main()
