"""Writes the calendar files from exchange_calendars, or compares what bifrost reads in them with it."""

import csv
import io
import subprocess
import sys
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import exchange_calendars
import lz4.frame
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    Holiday,
    USColumbusDay,
    USMartinLutherKingJr,
    sunday_to_monday,
)

FIRST, LAST = date(1990, 1, 1), date(2027, 12, 31)
FOLDER = "ops/calendars.d"
NEW_YORK = ZoneInfo("America/New_York")
DEMO = "Sources/DemoMarket/Resources/us-20-daily-close-1990-2022.csv.lz4"


def sessions():
    """Each trading day of XNYS with its opening and close in New York."""
    calendar = exchange_calendars.get_calendar("XNYS", start=str(FIRST), end=str(LAST))
    return {
        day.date(): (row["open"].astimezone(NEW_YORK), row["close"].astimezone(NEW_YORK))
        for day, row in calendar.schedule.iterrows()
    }


class BankHolidays(AbstractHolidayCalendar):
    """Days on which the New York Stock Exchange trades and the Federal Reserve Banks are closed: nothing settles."""

    rules = [
        USMartinLutherKingJr,
        USColumbusDay,
        # On a Saturday the Banks are open on the Friday before, on a Sunday closed on the Monday after.
        Holiday("Veterans Day", month=11, day=11, observance=sunday_to_monday),
    ]


def settlement_days():
    """The days on which US equities settle: trading days, less those on which the banks are closed."""
    closed = {day.date() for day in BankHolidays().holidays(FIRST, LAST)}
    return [day for day in sessions() if day not in closed]


def weekdays():
    day = FIRST
    while day <= LAST:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def offsets(days):
    """The days on which New York's distance to UTC changes, as a file says it: from the first weekday on."""
    last = None
    for day, (opens, _) in days.items():
        offset = opens.strftime("%z")
        if offset != last:
            since = FIRST if last is None else day
            yield f"offset {since} {offset[:3]}:{offset[3:]}"
            last = offset


def write(name, about, days, hours=None):
    lines = [f"# {line}" for line in about]
    lines += [f"calendar {name}", f"from {FIRST}", f"through {LAST}"]
    if hours:
        lines += ["hours 09:30 16:00", *offsets(hours)]
    known = set(days)
    lines += [f"closed {day}" for day in weekdays() if day not in known]
    for day, (opens, closes) in (hours or {}).items():
        if f"{opens:%H:%M}" != "09:30":
            lines.append(f"late {day} {opens:%H:%M}")
        if f"{closes:%H:%M}" != "16:00":
            lines.append(f"early {day} {closes:%H:%M}")
    with open(f"{FOLDER}/{name}.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def write_all():
    days = sessions()
    version = exchange_calendars.__version__
    write(
        "XNYS",
        [
            "Trading days of the New York Stock Exchange with their hours in New York.",
            f"Source: the PyPI package exchange_calendars {version} (Apache License 2.0), calendar XNYS, by",
            "`ops/calendars --write`; it cites nyse.com/markets/hours-calendars and the exchange's notices. Days to come are",
            "those that the exchange has announced and its rules imply: load a later file before they are reached.",
        ],
        days,
        days,
    )
    write(
        "US-settlement",
        [
            "Days on which US equities settle at DTC: trading days of the New York Stock Exchange, less the days on which",
            "it trades and the Federal Reserve Banks are closed: Martin Luther King Day before 1998, Columbus Day, and",
            "Veterans Day (the Monday after a Sunday; on a Saturday none). Good Friday is none: exchanges are closed.",
            f"Source: exchange_calendars {version} and pandas' holiday rules (5 U.S.C. 6103), by `ops/calendars --write`.",
        ],
        settlement_days(),
    )


def printed(bifrost, name):
    text = subprocess.run(
        [bifrost, "calendar", "days", f"{FOLDER}/{name}.txt"], check=True, capture_output=True, text=True
    ).stdout
    return text.splitlines()


def compare(what, ours, theirs):
    if ours == theirs:
        print(f"calendars: {what}: {len(ours)} equal")
        return True
    for line in sorted(set(ours) ^ set(theirs))[:20]:
        print(f"calendars: {what}: {'only ours' if line in ours else 'only theirs'}: {line}")
    return False


def demo_days():
    with open(DEMO, "rb") as file:
        text = lz4.frame.decompress(file.read()).decode()
    return [row[0] for row in list(csv.reader(io.StringIO(text)))[1:]]


def check(bifrost):
    utc = ZoneInfo("UTC")
    days = sessions()
    theirs = [
        f"{day} {opens.astimezone(utc):%Y-%m-%dT%H:%M:%SZ} {closes.astimezone(utc):%Y-%m-%dT%H:%M:%SZ}"
        for day, (opens, closes) in days.items()
    ]
    ours = printed(bifrost, "XNYS")
    demo = demo_days()
    span = [line[:10] for line in ours if demo[0] <= line[:10] <= demo[-1]]
    equal = [
        compare("XNYS days and hours against exchange_calendars", ours, theirs),
        compare("XNYS days against the demo market's", span, demo),
        compare(
            "US-settlement against exchange_calendars and holiday rules",
            printed(bifrost, "US-settlement"),
            [str(day) for day in settlement_days()],
        ),
    ]
    return all(equal)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write_all()
    else:
        sys.exit(0 if check(sys.argv[2]) else 1)
