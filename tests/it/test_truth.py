"""The whole corpus through the front door of a real site: the server says of each document what the truth is."""
import http.client
import struct

from conftest import SOURCE


def corpus():
    """Each document of tests/data whose truth is written beside it."""
    for want in sorted((SOURCE / "tests" / "data").glob("*/*.want")):
        facts = dict((line + " ").split(" ", 1) for line in want.read_text().splitlines())
        document = next(path for path in sorted(want.parent.iterdir())
                        if path.name.startswith(want.stem + ".") and path != want)
        yield document, {key: value.strip() for key, value in facts.items()}


def print_job(site, queue, document):
    """Print-Job by hand, for ipptool and lp unpack what they find packed. The job's id, or None."""
    def attribute(tag, name, value):
        return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value

    body = struct.pack(">BBHI", 2, 0, 2, 1) + b"\1" + attribute(0x47, b"attributes-charset", b"utf-8") + \
        attribute(0x48, b"attributes-natural-language", b"en") + \
        attribute(0x45, b"printer-uri", site.uri(queue).encode()) + attribute(0x42, b"requesting-user-name", b"mary") + \
        attribute(0x49, b"document-format", b"application/octet-stream") + b"\3" + document
    door = http.client.HTTPConnection("localhost", site.ipp_port, timeout=60)
    door.request("POST", f"/ipp/print/{queue}", body, {"Content-Type": "application/ipp"})
    answer = door.getresponse().read()
    door.close()
    at = answer.find(b"\x21\0\x06job-id\0\4")
    return struct.unpack_from(">I", answer, at + 11)[0] if struct.unpack_from(">H", answer, 2)[0] < 0x100 and at > 0 else None


ENDED = ("pending-held", "completed", "canceled", "aborted")


def agrees(said, truth):
    return truth in (None, "", "-") or str(said) == truth


def test_the_server_tells_the_truth_of_the_corpus(site, virtual_printer):
    """Every document through the front door, declared as nothing in particular, and held there."""
    site.prices(mono="0.01", color="0.01")
    site.user("mary", balance="1000000.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("later", mode="hold", printer="hall")
    wrong, told, sent = [], 0, []
    for document, truth in corpus():
        number = print_job(site, "later", document.read_bytes())
        has_pages = "unknown" not in truth["certainty"] and truth.get("pages") != "0"
        if number is not None:
            sent.append((document, truth, number))
        elif has_pages:
            wrong.append(f"{document.name}: refused, but its truth is known")
    for document, truth, number in sent:
        story = site.explain(number)
        if story["state"] not in ENDED:
            site.wait_job(number, states=ENDED)
            story = site.explain(number)
        facts = story["facts"]
        pages = facts["pages"] if facts else []
        said = {"pages": sum(run["count"] for run in pages),
                "color": sum(run["count"] for run in pages if run["color"]),
                "blank": sum(run["count"] for run in pages if run["blank"])}
        certain = facts["certainty"] if facts else "unknown"
        told += 1
        if certain not in truth["certainty"] or not all(agrees(said[key], truth.get(key)) for key in said):
            wrong.append(f"{document.name}: {said}, {certain}; truth {truth}")
    assert not wrong, "\n".join(wrong)
    assert told >= 1000
