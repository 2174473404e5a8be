"""A printer's SNMP tables: what snmpd's pass_persist asks, and what a scripted liar starts from.

    printer_mib.py [FILE]   speaks pass_persist on standard input and output (man snmpd.conf)
                            FILE: JSON, OID -> [type, value], read at each question: what is another now
    printer_mib.TABLE       OID -> (type, value), types as pass_persist names them
"""
import json
import sys

PRT = "1.3.6.1.2.1.43"
HR = "1.3.6.1.2.1.25"


def _table():
    at = {}
    at[f"{HR}.3.2.1.2.1"] = ("objectid", f".{HR}.3.1.5")
    at[f"{HR}.3.2.1.3.1"] = ("string", "Quoin LaserJet 4000 Testing")
    at[f"{HR}.3.2.1.5.1"] = ("integer", 5)
    at[f"{HR}.3.5.1.1.1"] = ("integer", 3)
    at[f"{HR}.3.5.1.2.1"] = ("octet", "08 00")  # door open
    general = {1: ("counter", 17), 16: ("string", "printer on the second floor"),
               17: ("string", "QX-4711")}
    for column, value in general.items():
        at[f"{PRT}.5.1.1.{column}.1"] = value
    for row, (name, status) in enumerate([("Front cover", 3), ("Rear cover", 4)], 1):
        at[f"{PRT}.6.1.1.2.1.{row}"] = ("string", name)
        at[f"{PRT}.6.1.1.3.1.{row}"] = ("integer", status)
    for row, (unit, most, level, name, media) in enumerate(
            [(8, 250, 120, "Tray 1", "iso-a4-white"), (8, 500, 0, "Tray 2", "iso-a3-white"),
             (8, -2, -3, "Manual feed", "")], 1):
        for column, value in {2: ("integer", 3), 8: ("integer", unit), 9: ("integer", most),
                              10: ("integer", level), 11: ("integer", 0), 12: ("string", media),
                              13: ("string", name)}.items():
            at[f"{PRT}.8.2.1.{column}.1.{row}"] = value
    for column, value in {2: ("integer", 3), 3: ("integer", 8), 4: ("integer", 500),
                          5: ("integer", 400), 6: ("integer", 0),
                          7: ("string", "Face-down bin")}.items():
        at[f"{PRT}.9.2.1.{column}.1.1"] = value
    for column, value in {3: ("integer", 7), 4: ("counter", 4294967290), 5: ("counter", 12),
                          15: ("integer", 0)}.items():
        at[f"{PRT}.10.2.1.{column}.1.1"] = value
    supplies = [(1, 3, 21, "Black Cartridge HP CB540A", 7, 2200, 1100),
                (2, 3, 21, "Cyan Cartridge", 19, 100, 3),
                (3, 3, 21, "Magenta Cartridge", 19, -2, -3),
                (4, 3, 9, "Drum unit", 7, -2, -2),
                (0, 4, 4, "Waste toner box", 13, 1000, 250)]
    for row, (color, kind, what, name, unit, most, level) in enumerate(supplies, 1):
        for column, value in {3: ("integer", color), 4: ("integer", kind), 5: ("integer", what),
                              6: ("string", name), 7: ("integer", unit), 8: ("integer", most),
                              9: ("integer", level)}.items():
            at[f"{PRT}.11.1.1.{column}.1.{row}"] = value
    for row, color in enumerate(["black", "cyan", "magenta"], 1):
        at[f"{PRT}.12.1.1.4.1.{row}"] = ("string", color)
    at[f"{PRT}.16.5.1.2.1.1"] = ("string", "CLOSE FRONT COVER")
    at[f"{PRT}.16.5.1.2.1.2"] = ("string", "")
    alerts = [(3, 6, 1, 3, "Front cover is open", 100), (4, 8, 2, 808, "Tray 2 is empty", 200),
              (4, 11, 2, 1104, "Cyan is low", 300)]
    for row, (severity, group, index, code, text, ticks) in enumerate(alerts, 41):
        for column, value in {2: ("integer", severity), 4: ("integer", group),
                              5: ("integer", index), 7: ("integer", code), 8: ("string", text),
                              9: ("timeticks", ticks)}.items():
            at[f"{PRT}.18.1.1.{column}.1.{row}"] = value
    for column, value in {2: ("integer", 3), 4: ("integer", 18), 5: ("integer", -2),
                          6: ("integer", -2), 9: ("integer", 0),
                          10: ("string", "Stapler")}.items():
        at[f"{PRT}.30.1.1.{column}.1.1"] = value
    for column, value in {3: ("integer", 3), 4: ("integer", 32), 5: ("string", "Staples"),
                          6: ("integer", 18), 7: ("integer", 5000), 8: ("integer", 1250)}.items():
        at[f"{PRT}.31.1.1.{column}.1.1"] = value
    return at


def numbers(oid):
    return tuple(int(part) for part in oid.strip(".").split("."))


TABLE = _table()
ORDER = sorted(TABLE, key=numbers)


def _answer(oid):
    kind, value = TABLE[oid]
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as changed:
            kind, value = json.load(changed).get(oid, (kind, value))
    print(f".{oid}\n{kind}\n{value}", flush=True)


def main():
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        word = line.strip()
        if word == "PING":
            print("PONG", flush=True)
            continue
        asked = sys.stdin.readline().strip().strip(".")
        if word == "get":
            found = asked if asked in TABLE else None
        else:
            at = numbers(asked)
            found = next((oid for oid in ORDER if numbers(oid) > at), None)
        if found is None:
            print("NONE", flush=True)
        else:
            _answer(found)


if __name__ == "__main__":
    main()
