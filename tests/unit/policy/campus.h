// A rule set such as a university has, for the tests of this room.
#pragma once

static const char campus_rules[] =
    "# Printing at the library.\n"
    "rule \"No giants\"\n"
    "when pages > 500 then deny \"{pages} pages are too many, {user}; the limit is 500\"\n"
    "when \"staff\" in groups then allow\n"
    "when pages > 10 and not two_sided then set sides=two-sided-long-edge,\n"
    "     notify \"Both sides are used: it saves paper\"\n"
    "when color and hour in 18..23 then charge ×1.5, notify \"Colour costs more after six\"\n"
    "when size >= large then route to hp-4200, charge x2\n"
    "when duplicates(10 minutes) > 0 then hold \"You sent this a moment ago\"\n"
    "when cost > 20 and account = \"\" then ask billing-code \"Who pays {cost}?\"\n"
    "when document contains \"payslip\" then set color=monochrome, allow\n"
    "\n"
    "expect user=\"mary\" pages=501 -> deny \"501 pages are too many, mary; the limit is 500\"\n"
    "expect user=mary groups=[\"Staff\"] pages=11 -> allow\n"
    "expect pages=11 -> set sides=two-sided-long-edge\n"
    "expect pages=11 two_sided=true -> allow\n"
    "expect color_pages=3 hour=19 -> charge ×1.5, notify \"Colour costs more after six\"\n"
    "expect size=large color_pages=1 time=18:30 -> route to hp-4200, charge ×3\n"
    "expect duplicates=1 -> hold \"You sent this a moment ago\"\n"
    "expect cost=20.01 -> ask billing-code \"Who pays 20.01?\"\n"
    "expect cost=20.01 account=\"code:acme/7\" -> allow\n"
    "expect document=\"Payslip May\" -> set color=monochrome\n";
