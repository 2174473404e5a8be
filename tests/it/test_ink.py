"""Ink on pages of real prints, measured where a queue asks for it, and priced by the price book's tiers."""

BOOK = """
price:
  ink:
    queues: [office]
    page: 9.00
    pages:
      - name: light
        coverage: ["5"]
        price: 0.01
      - name: medium
        coverage: ["10", "20", "40"]
        price: 0.10
      - name: heavy
        coverage: [more]
        price: 1.00
"""


def pages(path, *painted):
    """A PDF of pages with rectangles: (the part of the page, its colour)."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>",
             b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % (3 + 2 * i) for i in range(len(painted))),
                                                      len(painted))]
    for number, (part, color) in enumerate(painted):
        text = b"%s 0 0 595 %d re f" % (color, round(842 * part))
        parts += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>" % (4 + 2 * number),
                  b"<</Length %d>>stream\n%s\nendstream" % (len(text), text)]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number + 1, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    path.write_bytes(out)
    return path


BLACK, CYAN = b"0 g", b"0 1 1 rg"


def test_ink_of_a_print_is_priced(site, virtual_printer, tmp_path):
    site.user("mary", balance="100.00")
    site.printer("hall", virtual_printer.uri)
    assert not site.queue("office", printer="hall")["measure_ink"]
    book = tmp_path / "book.yaml"
    book.write_text(BOOK)
    site.run("config", "apply", book)
    paper = pages(tmp_path / "ink.pdf", (0.03, BLACK), (0.3, BLACK), (0.5, CYAN), (0.02, CYAN))
    number = site.ipptool("office", paper)
    assert site.wait_job(number)["cost"] == "36.00"  # not measured: no price by ink fits
    assert site.ask("queue", "set", "office", "--measure-ink", "yes")["measure_ink"]
    site.stop()
    site.start()
    assert site.ask("queue", "list")[0]["measure_ink"]
    assert "measure_ink: true" in site.run("config", "export").stdout.replace("measure-ink", "measure_ink")
    number = site.ipptool("office", paper, copies=("integer", 2))
    job = site.wait_job(number)
    assert (job["state"], job["cost"]) == ("completed", "2.24"), job  # 2 x (2 x 0.01 + 0.10 + 1.00)
    lines = sorted((line["rule"], line["quantity"]) for line in site.explain(number)["settlement"]["lines"])
    assert lines == [("ink.heavy", 2), ("ink.light", 2), ("ink.light", 2), ("ink.medium", 2)], lines
    number = site.ipptool("office", paper, number_up=("integer", 4))  # (3 + 30 + 50 + 2) / 4 = 21 per cent
    assert site.wait_job(number)["cost"] == "0.10"
    assert site.run("queue", "set", "office", "--measure-ink", "maybe", check=False).returncode != 0
