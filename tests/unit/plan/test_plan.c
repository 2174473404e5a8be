// What comes out of the printer, by class, for every way to ask for it. A row is a sentence.
//
// Documents are spelled as runs: 3m is three mono A4 pages, c colour, b blank; M, C, B the same in
// A3; l, k letter mono and colour; s A5 mono; h, H A2 mono and colour; w A4 mono, turned; d A4 mono
// that declares colour. Behind the letter: x2 copies of the page, / one-sided, = two-sided, ~ on
// the short edge, ^ each on a new sheet. "2*" before a part makes it twice; "," begins another
// part, "+" another document. Classes are spelled SIZE KIND SIDES : impressions / sheets: nc2:4/2.
// traps: the rows of reference/printing.md, section 8, that a group is for.
#include "plan/plan.h"

#include "base/num.h"
#include "lib/tap.h"

struct row {
    const char *name;
    const char *pages;
    const char *ask; // words: see take_word
    const char *want;
};

static const struct row rows[] = {
    // One document, one-sided and two-sided, in copies; sizes: traps 12 and 14.
    { "one mono page", "1m", "", "nm1:1/1" },
    { "one colour page", "1c", "", "nc1:1/1" },
    { "a blank page is a class of its own", "1b", "", "nb1:1/1" },
    { "mono and colour are told apart", "3m2c", "", "nm1:3/3 nc1:2/2" },
    { "order does not matter one-sided", "1c3m1c", "", "nm1:3/3 nc1:2/2" },
    { "copies multiply", "3m2c", "copies=4", "nm1:12/12 nc1:8/8" },
    { "two pages two-sided share a sheet", "2m", "sides=2", "nm2:2/1" },
    { "one page two-sided has its sheet alone", "1m", "sides=2", "nm1:1/1" },
    { "three pages: the odd last one is alone", "3m", "sides=2", "nm1:1/1 nm2:2/1" },
    { "an odd last page in every copy", "3m", "copies=2 sides=2", "nm1:2/2 nm2:4/2" },
    { "one page in three copies never shares", "1m", "copies=3 sides=2", "nm1:3/3" },
    { "even pages in copies always share", "4m", "copies=5 sides=2", "nm2:20/10" },
    { "the front begins the sheet", "1m1c", "sides=2", "nm2:1/1 nc2:1/0" },
    { "a colour front begins the sheet", "1c1m", "sides=2", "nm2:1/0 nc2:1/1" },
    { "a colour back in each copy", "1m1c", "copies=3 sides=2", "nm2:3/3 nc2:3/0" },
    { "an odd colour last page", "2m1c", "sides=2", "nm2:2/1 nc1:1/1" },
    { "colour across the fold", "1m2c1m", "sides=2", "nm2:2/1 nc2:2/1" },
    { "a blank back still shares", "1m1b", "sides=2", "nb2:1/0 nm2:1/1" },
    { "A3 one-sided is large", "2M", "", "lm1:2/2" },
    { "A3 colour two-sided", "2C", "sides=2", "lc2:2/1" },
    { "two sizes never share a sheet", "1m1M", "sides=2", "nm1:1/1 lm1:1/1" },
    { "sizes that alternate never share", "1m1M1m1M", "sides=2", "nm1:2/2 lm1:2/2" },
    { "a size change leaves the odd page alone", "3m2M", "sides=2", "nm1:1/1 nm2:2/1 lm2:2/1" },
    { "a size change after an even page costs nothing", "2m2M", "sides=2", "nm2:2/1 lm2:2/1" },
    { "A4 and letter do not share a sheet", "1m1l", "sides=2", "nm1:2/2" },
    { "A4 and letter are one class", "1m1l", "", "nm1:2/2" },
    { "a turned page shares its sheet", "1m1w", "sides=2", "nm2:2/1" },
    { "mixed sizes in copies", "1m2M1c", "copies=2 sides=2", "nm1:2/2 nc1:2/2 lm2:4/2" },
    { "A3 in the middle of a sheet", "1m1M1m", "sides=2", "nm1:2/2 lm1:1/1" },
    { "small pages are small", "2s", "sides=2", "sm2:2/1" },
    { "huge pages are huge", "1h1H", "", "hm1:1/1 hc1:1/1" },
    { "all four sizes", "1s1m1M1h", "", "sm1:1/1 nm1:1/1 lm1:1/1 hm1:1/1" },
    // Number-up.
    { "two up halves the sides", "4m", "up=2", "nm1:2/2" },
    { "two up with an odd last page", "5m", "up=2", "nm1:3/3" },
    { "two up: a side is colour if one page is", "1m1c2m", "up=2", "nm1:1/1 nc1:1/1" },
    { "two up: colour in the last half side", "2m1c", "up=2", "nm1:1/1 nc1:1/1" },
    { "two up, two-sided", "8m", "up=2 sides=2", "nm2:4/2" },
    { "two up, two-sided, odd side", "5m", "up=2 sides=2", "nm1:1/1 nm2:2/1" },
    { "four up, two-sided, copies", "9m", "copies=3 up=4 sides=2", "nm1:3/3 nm2:6/3" },
    { "two up does not run over copies", "1m", "copies=2 up=2", "nm1:2/2" },
    { "sixteen up of three pages", "3c", "up=16 sides=2", "nc1:1/1" },
    { "two up: the side has its first page's size", "1m1M", "up=2", "nm1:1/1" },
    { "two up, large first", "1M1m", "up=2", "lm1:1/1" },
    { "a blank half does not colour a side", "1b1m", "up=2", "nm1:1/1" },
    { "four up over runs", "3m1c3m1c", "up=4 sides=2", "nc2:2/1" },
    { "four up, colour in the first only", "1c7m", "up=4 sides=2", "nm2:1/0 nc2:1/1" },
    // page-ranges: trap 13.
    { "a range leaves its pages", "10m", "ranges=2-4", "nm1:3/3" },
    { "a range of one page", "10m", "ranges=7-7 sides=2", "nm1:1/1" },
    { "several ranges", "10m", "ranges=1-2,4-4,9-10 sides=2", "nm1:1/1 nm2:4/2" },
    { "a range picks the colour pages", "3m2c3m", "ranges=4-5 sides=2", "nc2:2/1" },
    { "a range across runs", "3m2c3m", "ranges=3-6 sides=2", "nm2:2/1 nc2:2/1" },
    { "a range past the end ends with it", "5m", "ranges=4-99", "nm1:2/2" },
    { "ranges change what shares a sheet", "2m1c1m", "ranges=2-3 sides=2", "nm2:1/1 nc2:1/0" },
    { "ranges before number-up", "10m", "ranges=1-3 up=2 sides=2", "nm2:2/1" },
    { "ranges, number-up and copies", "10m1c", "ranges=1-4,11-11 copies=2 up=2 sides=2",
      "nm2:4/2 nc1:2/2" },
    { "a range that skips the large page", "2m1M2m", "ranges=1-2,4-5 sides=2", "nm2:4/2" },
    { "a range within one run, two-sided", "9c", "ranges=2-8 sides=2", "nc1:1/1 nc2:6/3" },
    // Many pages cost no more than few.
    { "a hundred pages", "100m", "sides=2", "nm2:100/50" },
    { "a hundred and one pages, ten copies", "101m", "copies=10 sides=2",
      "nm1:10/10 nm2:1000/500" },
    { "a million pages are one run", "999999m1c", "copies=2 sides=2",
      "nm2:1999998/1000000 nc2:2/0" },
    { "four thousand million pages", "4000000000m", "up=4 sides=2", "nm2:1000000000/500000000" },
    { "colour every other page", "1m1c1m1c1m1c", "sides=2", "nm2:3/3 nc2:3/0" },
    { "colour in pairs", "2m2c2m", "sides=2", "nm2:4/2 nc2:2/1" },
    { "letter colour", "2k", "sides=2", "nc2:2/1" },
    { "an empty run changes nothing", "1m0c1m", "sides=2", "nm2:2/1" },
    { "an odd cover of another size", "1C9m", "sides=2", "nm1:1/1 nm2:8/4 lc1:1/1" },
    // Copies that pages ask for themselves (PCL, PCL XL, raster): traps 6, 8, 17.
    { "each page in its own copies", "3mx2", "", "nm1:6/6" },
    { "page copies times the job's", "3mx2", "copies=3", "nm1:18/18" },
    { "two-sided, the sheet is repeated", "2mx3", "sides=2", "nm2:6/3" },
    { "two-sided copies of one page are lone fronts", "1mx3", "sides=2", "nm1:3/3" },
    { "pages in different copies cannot share a sheet", "1mx2 1mx3", "sides=2", "nm1:5/5" },
    { "one page in copies splits the sheets around it", "2m 1mx2 1m", "sides=2",
      "nm1:3/3 nm2:2/1" },
    { "a sheet in copies between two that are not", "1m 2mx2 1m", "sides=2", "nm1:2/2 nm2:4/2" },
    { "mono and colour in different copies", "1mx2 1cx3", "", "nm1:2/2 nc1:3/3" },
    { "two up: pages in different copies do not meet", "1mx2 1m", "up=2", "nm1:3/3" },
    { "two up: pages in the same copies do", "2mx2", "up=2", "nm1:2/2" },
    { "no copies said is one", "1mx0", "", "nm1:1/1" },
    { "as many copies as a page may have", "1mx65535", "", "nm1:65535/65535" },
    { "copies of a mixed sheet", "1mx2 1cx2", "sides=2", "nm2:2/2 nc2:2/0" },
    { "odd pages in copies, twice", "3mx2", "sides=2 copies=2", "nm1:4/4 nm2:8/4" },
    // Parts: PJL jobs and languages in one stream: traps 2, 3.
    { "two parts add up", "2m,1c", "", "nm1:2/2 nc1:1/1" },
    { "a part begins on a new sheet", "1m,1m", "sides=2", "nm1:2/2" },
    { "two odd parts have two lone pages", "3m,3m", "sides=2", "nm1:2/2 nm2:4/2" },
    { "even parts lose nothing", "2m,2c", "sides=2", "nm2:2/1 nc2:2/1" },
    { "QTY makes sets", "3*2m", "", "nm1:6/6" },
    { "QTY of an odd part: every set ends alone", "2*3m", "sides=2", "nm1:2/2 nm2:4/2" },
    { "QTY times the job's copies", "2*3m", "copies=3", "nm1:18/18" },
    { "QTY times page copies times the job's", "2*1mx3", "copies=4", "nm1:24/24" },
    { "QTY of one part alone", "1m,3*1c", "", "nm1:1/1 nc1:3/3" },
    { "QTY of each part", "2*1m,3*1c", "copies=2", "nm1:4/4 nc1:6/6" },
    { "number-up ends with the part", "1m,1m", "up=2", "nm1:2/2" },
    { "number-up ends with each set", "2*3m", "up=2", "nm1:4/4" },
    { "ranges count through the parts", "2m,2c", "ranges=2-3", "nm1:1/1 nc1:1/1" },
    { "ranges may leave a part out", "2m,5*2c", "ranges=1-1", "nm1:1/1" },
    { "a part without pages changes nothing", "1m,0m,1m", "sides=2", "nm1:2/2" },
    { "QTY 0 is one", "0*2m", "", "nm1:2/2" },
    { "parts of two sizes", "1M,1m", "", "nm1:1/1 lm1:1/1" },
    { "colour behind an odd mono part", "1m,1c", "sides=2", "nm1:1/1 nc1:1/1" },
    { "three parts of one page in two copies", "1m,1m,1m", "sides=2 copies=2", "nm1:6/6" },
    // Sides and sheets that pages ask for: trap 14.
    { "pages may say two-sided", "2m=", "", "nm2:2/1" },
    { "pages may say one-sided", "2m/", "sides=2", "nm1:2/2" },
    { "a one-sided page ends the sheet", "1m= 1m/ 1m=", "", "nm1:3/3" },
    { "a one-sided page behind a full sheet", "2m= 1m/ 2m=", "", "nm1:1/1 nm2:4/2" },
    { "pages that do not say follow the job", "1m/ 2m", "sides=2", "nm1:1/1 nm2:2/1" },
    { "long and short edge are two sheets", "1m= 1m~", "", "nm1:2/2" },
    { "short edge pairs as long edge does", "2m~", "", "nm2:2/1" },
    { "the job may rule: two-sided", "2m/", "sides=2 rule", "nm2:2/1" },
    { "the job may rule: one-sided", "4m=", "sides=1 rule", "nm1:4/4" },
    { "a page that begins a sheet", "1m 1m^", "sides=2", "nm1:2/2" },
    { "pages that each begin a sheet", "3m^", "sides=2", "nm1:3/3" },
    { "behind such a page the back is free", "1m^ 1m", "sides=2", "nm2:2/1" },
    { "a new sheet where one began anyway", "2m 1m^ 1m", "sides=2", "nm2:4/2" },
    { "a new sheet is nothing one-sided", "3m^", "", "nm1:3/3" },
    { "a new sheet begins a new side", "1m 1m^ 1m", "up=2", "nm1:2/2" },
    { "chapters begin on the right", "3m 1m^ 2m", "sides=2", "nm1:2/2 nm2:4/2" },
    { "new sheets in copies of the job", "2m^", "copies=2 sides=2", "nm1:4/4" },
    { "new sheets in copies of the page", "2m^x2", "sides=2", "nm1:4/4" },
    { "a one-sided colour cover", "1c/ 2m", "sides=2", "nm2:2/1 nc1:1/1" },
    { "a one-sided plan in a two-sided job", "1M/ 2m=", "", "nm2:2/1 lm1:1/1" },
    { "one-sided between sizes", "1m= 1M/ 1m=", "", "nm1:2/2 lm1:1/1" },
    { "two up: one-sided and two-sided do not meet", "1m= 1m/", "up=2", "nm1:2/2" },
    // Blank pages: trap 15.
    { "a blank front", "1b1m", "sides=2", "nb2:1/1 nm2:1/0" },
    { "a blank back in the middle", "1m1b1m", "sides=2", "nb2:1/0 nm1:1/1 nm2:1/1" },
    { "drivers' blank backs", "1m1b1m1b", "sides=2", "nb2:2/0 nm2:2/2" },
    { "an empty document", "4b", "sides=2", "nb2:4/2" },
    { "two up: two blanks are blank", "2b", "up=2", "nb1:1/1" },
    { "two up: a blank beside colour", "1b1c", "up=2", "nc1:1/1" },
    { "four up: one mark is enough", "3b1m", "up=4", "nm1:1/1" },
    { "a large blank page", "1B", "", "lb1:1/1" },
    { "a range may pick the blank", "1m1b1m", "ranges=2-2", "nb1:1/1" },
    { "blank pages are copied", "1b", "copies=3", "nb1:3/3" },
    { "black only leaves blank blank", "1b1c", "mono", "nb1:1/1 nm1:1/1" },
    { "a blank page with page copies", "1bx2 1m", "sides=2", "nb1:2/2 nm1:1/1" },
    // Colour modes and single pages in another: trap 16.
    { "black only", "1m2c", "mono", "nm1:3/3" },
    { "black only, two-sided", "2c", "mono sides=2", "nm2:2/1" },
    { "monochrome", "1c", "print-color-mode=monochrome", "nm1:1/1" },
    { "auto-monochrome is black only", "1c", "print-color-mode=auto-monochrome", "nm1:1/1" },
    { "bi-level is black only", "1c", "print-color-mode=bi-level", "nm1:1/1" },
    { "grey of several inks is grey", "1c", "print-color-mode=process-monochrome", "nm1:1/1" },
    { "highlight colour is colour", "1c", "print-color-mode=highlight", "nc1:1/1" },
    { "auto is as the document is", "1m1c", "print-color-mode=auto", "nm1:1/1 nc1:1/1" },
    { "colour does not colour what is mono", "1m", "print-color-mode=color", "nm1:1/1" },
    { "one page in black only", "3c", "over=2-2:mono", "nm1:1/1 nc1:2/2" },
    { "one page in colour of a black job", "3c", "mono over=2-2:color", "nm1:2/2 nc1:1/1" },
    { "a black back", "2c", "sides=2 over=2-2:mono", "nm2:1/0 nc2:1/1" },
    { "two up: one of the two in black", "2c", "up=2 over=1-1:mono", "nc1:1/1" },
    // Paper.
    { "all is fitted to the job's paper", "1m1M1h1m", "media=m sides=2", "nm2:4/2" },
    { "small pages on large paper are large", "2m", "media=M", "lm1:2/2" },
    { "two up on large paper", "4m", "media=M up=2", "lm1:2/2" },
    { "one page on other paper", "3m", "over=1-1:M", "nm1:2/2 lm1:1/1" },
    { "other paper ends the sheet", "4m", "over=2-2:M sides=2", "nm1:1/1 nm2:2/1 lm1:1/1" },
    { "the same paper does not", "2m", "over=2-2:m sides=2", "nm2:2/1" },
    { "two up: other paper ends the side", "4m", "over=2-2:M up=2", "nm1:2/2 lm1:1/1" },
    { "other paper goes before the job's", "2m", "media=m over=2-2:M", "nm1:1/1 lm1:1/1" },
    { "some pages two-sided", "4m", "over=2-3:sides2", "nm1:2/2 nm2:2/1" },
    { "the first page one-sided", "4m", "sides=2 over=1-1:sides1", "nm1:2/2 nm2:2/1" },
    { "overrides behind the end", "2m", "over=9-9:mono", "nm1:2/2" },
    { "overrides count pages of the document", "4c", "over=2-3:mono ranges=3-4",
      "nm1:1/1 nc1:1/1" },
    { "overrides rule what pages say", "2m/", "over=1-2:sides2", "nm2:2/1" },
    { "overrides rule what the job rules", "4m", "sides=2 rule over=1-2:sides1",
      "nm1:2/2 nm2:2/1" },
    { "two overrides", "4c", "over=1-1:mono,4-4:M", "nm1:1/1 nc1:2/2 lc1:1/1" },
    // Force-front-side.
    { "a page that must be a front", "4m", "front=2 sides=2", "nm1:2/2 nm2:2/1" },
    { "one that is a front anyway", "4m", "front=3 sides=2", "nm2:4/2" },
    { "fronts are nothing one-sided", "4m", "front=2", "nm1:4/4" },
    { "every page a front", "3m", "front=1,2,3 sides=2", "nm1:3/3" },
    { "two up: a front begins a side", "4m", "front=2 up=2", "nm1:3/3" },
    { "a front that is not printed", "4m", "front=2 ranges=3-4 sides=2", "nm2:2/1" },
    { "fronts in copies", "3m", "front=2 sides=2 copies=2", "nm1:2/2 nm2:4/2" },
    // Booklets: sheets are a quarter of the pages, rounded up.
    { "a booklet of one page", "1m", "booklet", "nm1:1/1" },
    { "of two", "2m", "booklet", "nm2:2/1" },
    { "of three", "3m", "booklet", "nm2:2/1" },
    { "of four", "4m", "booklet", "nm2:2/1" },
    { "of five", "5m", "booklet", "nm2:4/2" },
    { "of eight", "8m", "booklet", "nm2:4/2" },
    { "of nine", "9m", "booklet", "nm2:6/3" },
    { "of a hundred thousand", "100000m", "booklet", "nm2:50000/25000" },
    { "a colour title is on the outer front", "1c7m", "booklet", "nm2:3/1 nc2:1/1" },
    { "so is the last page", "7m1c", "booklet", "nm2:3/1 nc2:1/1" },
    { "page 2 is on the outer back", "1m1c6m", "booklet", "nm2:3/2 nc2:1/0" },
    { "the middle is one side", "3m2c3m", "booklet", "nm2:3/2 nc2:1/0" },
    { "pages 3 and 6 meet", "2m1c2m1c2m", "booklet", "nm2:3/1 nc2:1/1" },
    { "colour at both ends", "1c6m1c", "booklet", "nm2:3/1 nc2:1/1" },
    { "of five: the absent pages are the last", "4m1c", "booklet", "nm2:3/2 nc2:1/0" },
    { "booklets in copies", "5m", "booklet copies=3", "nm2:12/6" },
    { "ranges before folding", "10m", "booklet ranges=1-4", "nm2:2/1" },
    { "half a blank side is not blank", "1b7m", "booklet", "nm2:4/2" },
    { "a blank booklet", "8b", "booklet", "nb2:4/2" },
    { "each set is a booklet", "2*5m", "booklet", "nm2:8/4" },
    { "each part is a booklet", "4m,4c", "booklet", "nm2:2/1 nc2:2/1" },
    { "a booklet on large paper", "8m", "booklet media=M", "lm2:4/2" },
    { "a booklet is two-sided", "4m/", "booklet sides=1", "nm2:2/1" },
    { "a booklet has the paper of its first page", "1m3M", "booklet", "nm2:2/1" },
    { "a booklet by its keyword", "4m", "imposition-template=signature", "nm2:2/1" },
    // Job sheets.
    { "standard is a start sheet", "2m", "job-sheets=standard", "nm1:3/3" },
    { "a start sheet", "2m", "job-sheets=job-start-sheet", "nm1:3/3" },
    { "an end sheet", "2m", "job-sheets=job-end-sheet", "nm1:3/3" },
    { "both", "2m", "job-sheets=job-both-sheets", "nm1:4/4" },
    { "none", "2m", "job-sheets=none", "nm1:2/2" },
    { "job sheets come once a job", "2m", "job-sheets=job-both-sheets copies=5", "nm1:12/12" },
    { "job sheets share no sheet", "3m", "job-sheets=standard sides=2", "nm1:2/2 nm2:2/1" },
    { "job sheets are mono", "1c", "job-sheets=standard", "nm1:1/1 nc1:1/1" },
    { "job sheets are of the job's paper", "1M", "job-sheets=standard", "lm1:2/2" },
    { "or of their own", "1M", "job-sheets=standard sheets-media=m", "nm1:1/1 lm1:1/1" },
    { "the first page that there is", "0m1M", "job-sheets=standard", "lm1:2/2" },
    // Separator sheets.
    { "slips lie between copies", "1m", "sep=slip-sheets copies=3", "nb1:0/2 nm1:3/3" },
    { "one copy has none", "1m", "sep=slip-sheets", "nm1:1/1" },
    { "a start sheet in each copy", "2m", "sep=start-sheet copies=2", "nm1:6/6" },
    { "an end sheet in each copy", "2m", "sep=end-sheet copies=2", "nm1:6/6" },
    { "both of them", "2m", "sep=both-sheets copies=2", "nm1:8/8" },
    { "slips lie between documents", "1m+1m", "sep=slip-sheets", "nb1:0/1 nm1:2/2" },
    { "one document of two has one slip a copy", "1m+1m", "single sep=slip-sheets copies=2",
      "nb1:0/1 nm1:4/4" },
    { "parts are no documents", "1m,1m", "sep=start-sheet", "nm1:3/3" },
    { "separators share no sheet", "1m", "sep=both-sheets sides=2", "nm1:3/3" },
    { "slips of their own paper", "1m", "sep=slip-sheets copies=2 sep-media=M", "nm1:2/2 lb1:0/1" },
    // Covers.
    { "an unprinted front cover", "2m", "cover=print-none", "nb1:0/1 nm1:2/2" },
    { "unprinted covers in each copy", "2m", "cover=print-none back=print-none copies=2",
      "nb1:0/4 nm1:4/4" },
    { "a cover printed on both sides", "4m", "cover=print-both", "nm1:2/2 nm2:2/1" },
    { "a cover printed outside", "4m", "cover=print-front sides=2", "nm1:2/2 nm2:2/1" },
    { "a cover printed inside", "4m", "cover=print-back sides=2", "nm1:2/2 nm2:2/1" },
    { "a back cover takes the last page", "4m", "back=print-front sides=2", "nm1:2/2 nm2:2/1" },
    { "a back cover takes the last two", "5m", "back=print-both sides=2", "nm1:1/1 nm2:4/2" },
    { "covers may take all", "4m", "cover=print-both back=print-both", "nm2:4/2" },
    { "the back cover that is left unprinted", "1m", "cover=print-both back=print-both",
      "nb1:0/1 nm1:1/1" },
    { "half a back cover", "3m", "cover=print-both back=print-both", "nm1:1/1 nm2:2/1" },
    { "covers in each copy", "3m", "cover=print-front copies=2", "nm1:6/6" },
    { "a cover of its own paper", "3m", "cover=print-front cover-media=M", "nm1:2/2 lm1:1/1" },
    { "two sides of a cover of its own paper", "1c3m", "cover=print-both cover-media=M sides=2",
      "nm2:2/1 lm2:1/0 lc2:1/1" },
    { "each document has its cover", "2m+2m", "cover=print-both", "nm2:4/2" },
    { "one document has one", "3m+3m", "single cover=print-front sides=2", "nm1:2/2 nm2:4/2" },
    { "a colour cover", "1c3m", "cover=print-front sides=2", "nm1:1/1 nm2:2/1 nc1:1/1" },
    { "two up on a cover", "6m", "cover=print-front up=2 sides=2", "nm1:1/1 nm2:2/1" },
    { "no cover", "2m", "cover=no-cover", "nm1:2/2" },
    // Inserted sheets.
    { "a sheet between pages", "4m", "insert=2*1", "nb1:0/1 nm1:4/4" },
    { "it ends the sheet before", "4m", "sides=2 insert=1*1", "nb1:0/1 nm1:2/2 nm2:2/1" },
    { "several in each copy", "4m", "sides=2 insert=2*3 copies=2", "nb1:0/6 nm2:8/4" },
    { "before the first page", "2m", "insert=0*1", "nb1:0/1 nm1:2/2" },
    { "behind a page that is not printed", "4m", "insert=4*1 ranges=1-2", "nm1:2/2" },
    { "two up: it ends the side", "4m", "up=2 insert=1*1", "nb1:0/1 nm1:3/3" },
    { "of its own paper", "2m", "insert=1*1:M", "nm1:2/2 lb1:0/1" },
    { "behind the last page", "2m", "sides=2 insert=2*1", "nb1:0/1 nm2:2/1" },
    { "beside blank pages", "1b1m", "insert=1*2", "nb1:1/3 nm1:1/1" },
    // Several documents.
    { "documents begin on a new sheet", "1m+1m", "sides=2", "nm1:2/2" },
    { "unless all are one", "1m+1m", "single sides=2", "nm2:2/1" },
    { "which may begin on a new sheet", "1m+1m", "new-sheet sides=2", "nm1:2/2" },
    { "each copy does", "1m+2m", "single sides=2 copies=2", "nm1:2/2 nm2:4/2" },
    { "two up: one document runs on", "1m+1m", "single up=2", "nm1:1/1" },
    { "two up: two do not", "1m+1m", "up=2", "nm1:2/2" },
    { "ranges of each document", "3m+3c", "ranges=1-1", "nm1:1/1 nc1:1/1" },
    { "ranges of all as one", "3m+3c", "ranges=3-4 single", "nm1:1/1 nc1:1/1" },
    { "ranges of all, each on a new sheet", "3m+3c", "ranges=3-4 new-sheet sides=2",
      "nm1:1/1 nc1:1/1" },
    { "a document in sets joins nothing", "1m+2*1m", "single sides=2", "nm1:3/3" },
    { "parts of one document stay apart", "1m,1m", "single sides=2", "nm1:2/2" },
    { "by the keyword", "1m+1m", "multiple-document-handling=single-document sides=2", "nm2:2/1" },
    { "uncollated copies make the same sum", "1m+2c", "uncollated copies=3 sides=2",
      "nm1:3/3 nc2:6/3" },
    // Proofs, and all at once.
    { "proof copies come on top", "2m", "proof=1 copies=3", "nm1:8/8" },
    { "proof copies alone share nothing", "1m", "proof=2 sides=2", "nm1:3/3" },
    { "ranges, copies and a banner", "10m", "ranges=2-4,9-9 copies=2 sides=2 job-sheets=standard",
      "nm1:1/1 nm2:8/4" },
    { "sets, page copies, two-sided, job copies", "2*3mx2", "sides=2 copies=2",
      "nm1:8/8 nm2:16/8" },
    { "a report with cover, slips and an insert", "5m",
      "cover=print-none sep=slip-sheets insert=2*1 sides=2 copies=2", "nb1:0/5 nm1:2/2 nm2:8/4" },
};

// Jobs that ended early. uncollated goes sheet by sheet.
static const struct {
    const char *name;
    const char *pages;
    const char *ask;
    uint64_t completed;
    const char *want;
} ended[] = {
    { "nothing came out", "3m", "sides=2", 0, "" },
    { "a front without its back", "4m", "sides=2", 3, "nm2:3/2" },
    { "the second copy begins", "2m1c", "copies=3", 4, "nm1:3/3 nc1:1/1" },
    { "uncollated: the first pages in all copies", "2m1c", "copies=3 uncollated", 4, "nm1:4/4" },
    { "in the second set", "2*1m1c", "", 3, "nm1:2/2 nc1:1/1" },
    { "in the second part", "3m,2c", "", 4, "nm1:3/3 nc1:1/1" },
    { "sets before the next part", "2*1m,2c", "copies=2", 5, "nm1:3/3 nc1:2/2" },
    { "copies of a page come one after the other", "1mx3 1c", "", 2, "nm1:2/2" },
    { "a start sheet comes first", "2c", "job-sheets=standard", 1, "nm1:1/1" },
    { "an end sheet comes last", "2c", "job-sheets=job-end-sheet copies=2", 4, "nc1:4/4" },
    { "an insert behind the last side did not come", "4m", "insert=2*1", 2, "nm1:2/2" },
    { "one before it did", "4m", "insert=2*1", 3, "nb1:0/1 nm1:3/3" },
    { "slips up to where it ended", "1m", "sep=slip-sheets copies=3", 2, "nb1:0/1 nm1:2/2" },
    { "the unprinted cover of the copy that is whole", "2m", "back=print-none copies=2", 3,
      "nb1:0/1 nm1:3/3" },
    { "a booklet's first sheet", "1c7m", "booklet", 2, "nm2:1/0 nc2:1/1" },
    { "a booklet's outer front", "1c7m", "booklet", 1, "nc2:1/1" },
    { "more than all is all", "3m", "sides=2 insert=3*1", 99, "nb1:0/1 nm1:1/1 nm2:2/1" },
    { "all is all", "3m", "sides=2 insert=3*1", 3, "nb1:0/1 nm1:1/1 nm2:2/1" },
    { "a separator that came", "1c+1c", "sep=start-sheet", 3, "nm1:2/2 nc1:1/1" },
    { "two million pages in", "1000000m", "copies=3 sides=2", 2000001, "nm2:2000001/1000001" },
};

struct job {
    struct page_run runs[16];
    struct page_part parts[8];
    struct plan_range ranges[8];
    struct plan_override overrides[4];
    struct plan_insert inserts[4];
    uint32_t fronts[8];
    struct plan_ask ask;
};

// ---- documents ---------------------------------------------------------------------------------

static void set_size(char letter, uint32_t *width, uint32_t *height)
{
    static const struct {
        const char *letters;
        uint32_t width;
        uint32_t height;
    } sizes[] = {
        { "mcbd", 21000, 29700 }, { "MCB", 29700, 42000 }, { "lk", 21590, 27940 },
        { "s", 14800, 21000 },    { "hH", 42000, 59400 },  { "w", 29700, 21000 },
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (strchr(sizes[i].letters, letter) != NULL) {
            *width = sizes[i].width;
            *height = sizes[i].height;
        }
    }
}

static uint32_t take_number(const char **text)
{
    uint64_t number = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        number = number * 10 + (uint64_t)(**text - '0');
    }
    return (uint32_t)number;
}

static const char *read_run(const char *text, struct page_run *run)
{
    *run = (struct page_run){ .count = take_number(&text) };
    set_size(*text, &run->width, &run->height);
    run->color = strchr("cCkH", *text) != NULL;
    run->nominal = run->color || *text == 'd';
    run->blank = strchr("bB", *text) != NULL;
    for (text++; *text != '\0' && strchr("x/=~^", *text) != NULL;) {
        char mark = *text++;
        run->new_sheet = run->new_sheet || mark == '^';
        run->sides = mark == '/' ? 1 : mark == '=' ? 2 : mark == '~' ? 3 : run->sides;
        run->copies = mark == 'x' ? take_number(&text) : run->copies;
    }
    return text;
}

static void read_pages(const char *text, struct job *job)
{
    struct plan_ask *ask = &job->ask;
    bool has_parts = strpbrk(text, ",+*") != NULL;
    struct page_part *part = job->parts;
    *part = (struct page_part){ 0 };
    while (*text != '\0') {
        const char *star = text + strspn(text, "0123456789");
        if (*star == '*') {
            part->copies = take_number(&text);
            text++;
        } else if (*text == ',' || *text == '+') {
            *++part = (struct page_part){ .is_document = *text == '+' };
            text++;
        } else if (*text == ' ') {
            text++;
        } else {
            text = read_run(text, &job->runs[ask->run_count++]);
            part->runs++;
        }
    }
    ask->part_count = has_parts ? (size_t)(part + 1 - job->parts) : 0;
}

// ---- what is asked -----------------------------------------------------------------------------

static void read_media(char letter, struct plan_media *media)
{
    set_size(letter, &media->width, &media->height);
}

static void read_override(const char *text, struct job *job)
{
    struct plan_override *override = &job->overrides[job->ask.override_count++];
    char what[8] = "";
    CHECK(sscanf(text, "%u-%u:%7[a-zA-Z0-9]", &override->pages.first, &override->pages.last,
                 what) == 3);
    override->mono = strcmp(what, "mono") == 0;
    override->color = strcmp(what, "color") == 0;
    override->sides = strcmp(what, "sides1") == 0 ? 1 : strcmp(what, "sides2") == 0 ? 2 : 0;
    if (strlen(what) == 1) {
        read_media(what[0], &override->media);
    }
}

static void read_list(const char *name, char *text, struct job *job)
{
    struct plan_ask *ask = &job->ask;
    char *rest = NULL;
    for (char *one = strtok_r(text, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest)) {
        if (strcmp(name, "ranges") == 0) {
            struct plan_range *range = &job->ranges[ask->range_count++];
            CHECK(sscanf(one, "%u-%u", &range->first, &range->last) == 2);
        } else if (strcmp(name, "over") == 0) {
            read_override(one, job);
        } else if (strcmp(name, "front") == 0) {
            CHECK(sscanf(one, "%u", &job->fronts[ask->front_count++]) == 1);
        } else {
            struct plan_insert *insert = &job->inserts[ask->insert_count++];
            char media = '\0';
            CHECK(sscanf(one, "%u*%u:%c", &insert->after, &insert->count, &media) >= 2);
            read_media(media, &insert->media);
        }
    }
}

static void take_flag(const char *word, struct plan_ask *ask)
{
    if (strcmp(word, "mono") == 0) {
        ask->mono = true;
    } else if (strcmp(word, "rule") == 0) {
        ask->sides_rule = true;
    } else if (strcmp(word, "booklet") == 0) {
        ask->booklet = true;
    } else {
        ask->handling = strcmp(word, "single") == 0      ? PLAN_SINGLE
                        : strcmp(word, "new-sheet") == 0 ? PLAN_SINGLE_NEW_SHEET
                                                         : PLAN_UNCOLLATED;
    }
}

static bool take_number_word(const char *name, const char *text, struct plan_ask *ask)
{
    uint32_t number = take_number(&text);
    if (strcmp(name, "copies") == 0) {
        ask->copies = number;
    } else if (strcmp(name, "proof") == 0) {
        ask->proof_copies = number;
    } else if (strcmp(name, "up") == 0) {
        ask->number_up = number;
    } else if (strcmp(name, "sides") == 0) {
        ask->sides = number == 2 ? PAGE_TWO_SIDED_LONG : PAGE_ONE_SIDED;
    } else {
        return false;
    }
    return true;
}

static bool take_media_word(const char *name, char letter, struct plan_ask *ask)
{
    struct plan_media *media = strcmp(name, "media") == 0          ? &ask->media
                               : strcmp(name, "cover-media") == 0  ? &ask->cover_front.media
                               : strcmp(name, "sheets-media") == 0 ? &ask->job_sheets_media
                               : strcmp(name, "sep-media") == 0    ? &ask->separators_media
                                                                   : NULL;
    if (media != NULL) {
        read_media(letter, media);
    }
    return media != NULL;
}

// A word of the ask: a flag, a number, a list, paper, or an IPP attribute with its keyword.
static void take_word(char *word, struct job *job)
{
    static const char *const lists[] = { "ranges", "over", "front", "insert" };
    char *value = strchr(word, '=');
    if (value == NULL) {
        take_flag(word, &job->ask);
        return;
    }
    *value++ = '\0';
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(word, lists[i]) == 0) {
            read_list(word, value, job);
            return;
        }
    }
    const char *name = strcmp(word, "cover") == 0  ? "cover-front/cover-type"
                       : strcmp(word, "back") == 0 ? "cover-back/cover-type"
                       : strcmp(word, "sep") == 0  ? "separator-sheets/separator-sheets-type"
                                                   : word;
    if (!take_number_word(word, value, &job->ask) && !take_media_word(word, *value, &job->ask)) {
        CHECK(plan_word_take(&job->ask, str_of(name), str_of(value)));
    }
}

static struct plan_ask *read_job(const char *pages, const char *words, struct job *job)
{
    char text[160];
    char *rest = NULL;
    *job = (struct job){ .ask = { .copies = 1, .number_up = 1 } };
    job->ask.runs = job->runs;
    job->ask.parts = job->parts;
    job->ask.ranges = job->ranges;
    job->ask.overrides = job->overrides;
    job->ask.fronts = job->fronts;
    job->ask.inserts = job->inserts;
    read_pages(pages, job);
    (void)snprintf(text, sizeof(text), "%s", words);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        take_word(word, job);
    }
    return &job->ask;
}

// ---- the tables --------------------------------------------------------------------------------

static const char *classes_text(const struct plan *plan, char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < plan->class_count; i++) {
        const struct page_class *class = &plan->classes[i];
        char kind = class->blank ? 'b' : class->color ? 'c' : 'm';
        len += (size_t)snprintf(text + len, size - len, "%s%c%c%c:%u/%u", i == 0 ? "" : " ",
                                "snlh"[class->size], kind, class -> two_sided ? '2' : '1',
                                class->pages, class->sheets);
    }
    return text;
}

static bool makes(const struct plan_ask *ask, const char *want, char *text, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8192);
    struct plan plan = { 0 };
    struct err err = { 0 };
    text[0] = '\0';
    if (!plan_make(ask, &arena, &plan, &err)) {
        (void)snprintf(text, size, "%s", err.text);
        return false;
    }
    uint64_t impressions = 0;
    uint64_t sheets = 0;
    for (size_t i = 0; i < plan.class_count; i++) {
        impressions += plan.classes[i].pages;
        sheets += plan.classes[i].sheets;
    }
    return strcmp(classes_text(&plan, text, size), want) == 0 && impressions == plan.impressions &&
           sheets == plan.sheets;
}

static void test_every_row(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct job job;
        char text[240];
        struct plan_ask *ask = read_job(rows[i].pages, rows[i].ask, &job);
        bool ok = makes(ask, rows[i].want, text, sizeof(text));
        tap_result(ok, rows[i].name, __FILE__, __LINE__);
        if (!ok) {
            printf("# got %s, want %s\n", text, rows[i].want);
        }
        if (ask->handling == PLAN_COLLATED) { // the order of copies never changes the sum
            ask->handling = PLAN_UNCOLLATED;
            CHECK(makes(ask, rows[i].want, text, sizeof(text)));
        }
    }
}

static void test_jobs_that_ended_early(void)
{
    for (size_t i = 0; i < sizeof(ended) / sizeof(ended[0]); i++) {
        struct job job;
        char text[240];
        struct plan_ask *ask = read_job(ended[i].pages, ended[i].ask, &job);
        ask->is_partial = true;
        ask->completed = ended[i].completed;
        bool ok = makes(ask, ended[i].want, text, sizeof(text));
        tap_result(ok, ended[i].name, __FILE__, __LINE__);
        if (!ok) {
            printf("# got %s, want %s\n", text, ended[i].want);
        }
    }
}

static void test_what_cannot_be_planned_is_refused(void)
{
    static const struct {
        const char *pages;
        const char *ask;
        enum err_code want;
    } bad[] = {
        { "", "", ERR_INVALID },
        { "0m", "", ERR_INVALID },
        { "0m,0c", "", ERR_INVALID },
        { "1m", "copies=0", ERR_INVALID },
        { "1m", "up=0", ERR_INVALID },
        { "5m", "ranges=3-2", ERR_INVALID },
        { "5m", "ranges=0-2", ERR_INVALID },
        { "5m", "ranges=1-3,3-4", ERR_INVALID },
        { "5m", "ranges=6-9", ERR_INVALID },
        { "5m", "ranges=4-5,1-2", ERR_INVALID },
        { "2m+2m", "ranges=3-3", ERR_INVALID },
        { "5m", "over=3-2:mono", ERR_INVALID },
        { "5m", "over=1-3:mono,2-4:M", ERR_INVALID },
        { "5m", "front=0", ERR_INVALID },
        { "5m", "front=3,3", ERR_INVALID },
        { "5m", "insert=3*1,2*1", ERR_INVALID },
        { "5m", "booklet up=2", ERR_INVALID },
        { "5mx2", "booklet", ERR_INVALID },
        { "5m", "booklet cover=print-none", ERR_INVALID },
        { "5m", "booklet back=print-front", ERR_INVALID },
        { "5m", "booklet insert=1*1", ERR_INVALID },
        { "1mx65536", "", ERR_LIMIT },
        { "4000000000m4000000000m", "", ERR_LIMIT },
        { "4000000000m", "copies=2", ERR_LIMIT },
        { "4000000000m", "proof=1", ERR_LIMIT },
        { "4000000000mx65535", "", ERR_LIMIT },
        { "4000000000m,4000000000m", "", ERR_LIMIT },
        { "4294967295*4294967295m", "copies=4294967295 proof=4294967295", ERR_LIMIT },
        { "2m", "copies=4294967295", ERR_LIMIT },
        { "1m", "copies=4294967295 proof=1", ERR_LIMIT },
        { "1m", "copies=4294967295 job-sheets=standard", ERR_LIMIT },
        { "2m", "insert=1*4294967295", ERR_LIMIT },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(8192);
        struct job job;
        struct plan plan = { .pages = 77 };
        struct err err = { 0 };
        struct plan_ask *ask = read_job(bad[i].pages, bad[i].ask, &job);
        bool ok =
            !plan_make(ask, &arena, &plan, &err) && err.code == bad[i].want && plan.pages == 77;
        tap_result(ok, bad[i].ask, __FILE__, __LINE__);
    }
}

static void test_damaged_asks_are_refused(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8192);
    OWN(arena_free) struct arena tiny = ARENA_CAP(16);
    struct job job;
    struct plan plan;
    struct err err = { 0 };
    struct plan_media *media[] = { &job.ask.media, &job.ask.cover_front.media,
                                   &job.ask.cover_back.media, &job.ask.job_sheets_media,
                                   &job.ask.separators_media };
    for (size_t i = 0; i < sizeof(media) / sizeof(media[0]); i++) {
        (void)read_job("1m", "", &job);
        media[i]->width = 21000;
        CHECK(!plan_make(&job.ask, &arena, &plan, &err) && err.code == ERR_INVALID);
    }
    (void)read_job("1m,1m", "", &job);
    job.parts[1].runs = 2;
    CHECK(!plan_make(&job.ask, &arena, &plan, &err) && err.code == ERR_INVALID);
    (void)read_job("1m", "", &job);
    job.runs[0].sides = 4;
    CHECK(!plan_make(&job.ask, &arena, &plan, &err) && err.code == ERR_INVALID);
    (void)read_job("1m", "", &job);
    CHECK(!plan_make(&job.ask, &tiny, &plan, &err) && err.code == ERR_LIMIT);
    (void)read_job("1m1c1m1c", "booklet", &job);
    CHECK(!plan_make(&job.ask, &tiny, &plan, &err) && err.code == ERR_LIMIT);
}

static void test_keywords_that_are_not_known(void)
{
    static const char *const unknown[][2] = {
        { "print-color-mode", "sepia" },
        { "print-color-mode", "one-sided" },
        { "sides", "inside-out" },
        { "job-sheets", "first-print-stream-page" },
        { "cover-front", "print-both" },
        { "finishings", "staple" },
        { "imposition-template", "booklet" },
        { "", "" },
    };
    struct plan_ask ask = { 0 };
    const struct plan_ask before = ask;
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        CHECK(!plan_word_take(&ask, str_of(unknown[i][0]), str_of(unknown[i][1])));
    }
    CHECK(memcmp(&ask, &before, sizeof(ask)) == 0);
    CHECK(plan_word_take(&ask, STR("sides"), STR("two-sided-short-edge")));
    CHECK(ask.sides == PAGE_TWO_SIDED_SHORT);
}

// ---- what is told ------------------------------------------------------------------------------

static void test_it_says_how(void)
{
    static const struct {
        const char *pages;
        const char *ask;
        const char *want[10];
    } cases[] = {
        { "4m2c1b",
          "ranges=1-6 copies=2 up=2 mono sides=2",
          { "The document has 7 pages: 5 mono, 2 colour.",
            "1 blank page passes through the printer and counts as mono.",
            "The page ranges leave 6 pages.", "The job asks for black only: colour counts as mono.",
            "2 pages on a side: 3 sides, 0 of them colour.",
            "Two-sided: 2 sheets a copy, 1 of them printed on one side.",
            "2 copies, each begins on a new sheet: 6 impressions." } },
        { "2*2d1c,1mx2",
          "job-sheets=job-both-sheets",
          { "The document has 4 pages: 3 mono, 1 colour.",
            "2 pages declare colour that does not mark: mono.",
            "It comes in 2 parts; each begins on a new sheet.", "One-sided: 5 sheets a copy.",
            "Copies that the document itself asks for make 8 impressions of 4 sides.",
            "A start and an end sheet: 2 impressions more." } },
        { "1m1M",
          "sides=2 over=2-2:mono cover=print-none sep=both-sheets proof=1",
          { "The document has 2 pages: 2 mono, 0 colour.",
            "Some pages have paper, sides, colour or a new sheet of their own.",
            "Two-sided, but no two pages share a sheet, for their sizes differ: 2 sheets a copy.",
            "2 sheets pass unprinted: covers, inserts or slips.",
            "Each document has two separator sheets in every copy.",
            "1 proof copy: 4 impressions more." } },
        { "1m2M1m",
          "sides=2",
          { "The document has 4 pages: 4 mono, 0 colour.",
            "Two-sided: 3 sheets a copy, 2 of them printed on one side, for two sizes cannot share "
            "a sheet." } },
        { "1c4m",
          "booklet",
          { "The document has 5 pages: 4 mono, 1 colour.",
            "A booklet, four pages on a sheet: 4 sides, 1 of them colour.",
            "Two-sided: 2 sheets a copy, 0 of them printed on one side." } },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(8192);
        struct job job;
        struct plan plan = { 0 };
        struct err err = { 0 };
        CHECK(plan_make(read_job(cases[i].pages, cases[i].ask, &job), &arena, &plan, &err));
        size_t count = 0;
        for (; count < plan.step_count && cases[i].want[count] != NULL; count++) {
            tap_result(strcmp(plan.steps[count], cases[i].want[count]) == 0, cases[i].want[count],
                       __FILE__, __LINE__);
            printf("# %s\n", plan.steps[count]);
        }
        CHECK(count == plan.step_count && cases[i].want[count] == NULL);
    }
}

static void test_the_longest_story_has_room(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8192);
    struct job job;
    struct plan plan = { 0 };
    struct err err = { 0 };
    struct plan_ask *ask = read_job("2*3m1c1b2dx2,2m",
                                    "ranges=1-8 copies=2 proof=1 up=2 mono sides=2 over=2-2:color "
                                    "cover=print-none sep=both-sheets job-sheets=standard",
                                    &job);
    ask->is_partial = true;
    ask->completed = 3;
    CHECK(plan_make(ask, &arena, &plan, &err) && plan.step_count <= PLAN_STEPS_MAX);
    CHECK(strcmp(plan.steps[plan.step_count - 1], "Of those 3 came out.") == 0);
    CHECK(plan.pages == 8 && plan.impressions == 3);
}

static void test_pages_are_counted_by_kind(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8192);
    struct job job;
    struct plan plan = { 0 };
    struct err err = { 0 };
    struct plan_ask *ask = read_job("2*3m2c1bx2", "copies=2 ranges=2-6", &job);
    CHECK(plan_make(ask, &arena, &plan, &err));
    CHECK(plan.pages == 5 && plan.color_pages == 2 && plan.blank_pages == 1);
    CHECK(plan.impressions == 24 && plan.color_impressions == 8 && plan.blank_impressions == 8);
    job.runs[1].blank = true; // what does not mark is not coloured
    CHECK(plan_make(ask, &arena, &plan, &err));
    CHECK(plan.color_impressions == 0 && plan.blank_impressions == 16);
}

static void test_areas_are_of_all_pages_of_a_class(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(8192);
    struct plan plan = { 0 };
    struct err err = { 0 };
    const struct page_run runs[] = { { .count = 3, .width = 21000, .height = 29700 },
                                     { .count = 2, .width = 84100, .height = 118900 } };
    const struct plan_ask ask = { .runs = runs, .run_count = 2, .copies = 4, .number_up = 1 };
    CHECK(plan_make(&ask, &arena, &plan, &err) && plan.class_count == 2);
    CHECK(plan.areas[0] == 4 * 3 * 210 * 297 && plan.areas[1] == 4 * 2 * 841 * 1189);
}

// Ink goes with its pages; on a side that several share, each has its part of it.
static void test_ink_by_tier(void)
{
    static const struct page_run runs[] = {
        { .count = 2, .width = 21000, .height = 29700, .ink = 301 },  // 3 per cent
        { .count = 3, .width = 21000, .height = 29700, .ink = 5001 }, // 50
        { .count = 1, .width = 21000, .height = 29700, .ink = 1 },    // none
    };
    static const struct {
        const char *name;
        uint32_t number_up;
        uint32_t copies;
        bool booklet;
        uint32_t first_ink; // of the first run
        uint32_t want[PAGE_INK_COUNT];
    } cases[] = {
        { "by the page", 1, 1, false, 301, { 3, 0, 0, 0, 3 } },
        { "in copies", 1, 4, false, 301, { 12, 0, 0, 0, 12 } },
        { "two up: 3, 50 and 25 per cent", 2, 1, false, 301, { 1, 0, 0, 1, 1 } },
        { "four up: 26.5 and 12.5 per cent", 4, 1, false, 301, { 0, 0, 1, 1, 0 } },
        { "some unknown", 1, 1, false, 0, { 1, 0, 0, 0, 3 } },
        { "four up with some unknown", 4, 1, false, 0, { 0, 0, 1, 0, 0 } },
        { "of a booklet it is not told", 1, 1, true, 301, { 0 } },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct page_run mine[3];
        struct plan plan;
        struct err err;
        memcpy(mine, runs, sizeof(mine));
        mine[0].ink = cases[i].first_ink;
        const struct plan_ask ask = { .runs = mine,
                                      .run_count = 3,
                                      .copies = cases[i].copies,
                                      .number_up = cases[i].number_up,
                                      .booklet = cases[i].booklet };
        bool good = plan_make(&ask, &arena, &plan, &err) && plan.class_count == 1 &&
                    memcmp(plan.inks[0], cases[i].want, sizeof(cases[i].want)) == 0;
        tap_result(good, cases[i].name, __FILE__, __LINE__);
    }
}

int main(void)
{
    test_ink_by_tier();
    test_every_row();
    test_areas_are_of_all_pages_of_a_class();
    test_jobs_that_ended_early();
    test_what_cannot_be_planned_is_refused();
    test_damaged_asks_are_refused();
    test_keywords_that_are_not_known();
    test_it_says_how();
    test_the_longest_story_has_room();
    test_pages_are_counted_by_kind();
    return tap_done();
}
