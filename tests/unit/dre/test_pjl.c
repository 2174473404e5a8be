// What a printer says in PJL, whole, in pieces, and as no printer should.

#include "dre/pjl.h"

#include "lib/tap.h"

static struct pjl read_all(const char *text)
{
    struct pjl pjl = { 0 };
    dre_pjl_feed(&pjl, str_of(text));
    return pjl;
}

static void test_the_end_of_a_job_tells_its_pages(void)
{
    struct pjl pjl = read_all("@PJL USTATUS JOB\r\nSTART\r\nNAME=\"quoin 7\"\r\n\f"
                              "@PJL USTATUS JOB\r\nEND\r\nNAME=\"quoin 7\"\r\nPAGES=12\r\n\f");
    CHECK(pjl.ended && pjl.has_pages && pjl.pages == 12 && !pjl.canceled);
}

static void test_pieces_of_one_byte_read_the_same(void)
{
    static const char text[] = "@PJL USTATUS JOB\r\nCANCELED\r\nPAGES=3\r\n\f";
    struct pjl pjl = { 0 };
    for (size_t at = 0; at + 1 < sizeof(text); at++) {
        dre_pjl_feed(&pjl, (struct str){ text + at, 1 });
    }
    CHECK(pjl.ended && pjl.canceled && pjl.has_pages && pjl.pages == 3);
}

static void test_pages_count_only_in_a_jobs_end(void)
{
    CHECK(!read_all("PAGES=3\r\n").has_pages);
    CHECK(!read_all("@PJL USTATUS JOB\r\nSTART\r\nPAGES=3\r\n").has_pages);
    CHECK(!read_all("@PJL USTATUS DEVICE\r\nEND\r\nPAGES=3\r\n").has_pages);
    CHECK(!read_all("@PJL USTATUS JOB\r\nEND\r\n\fPAGES=3\r\n").has_pages);
    CHECK(!read_all("@PJL USTATUS JOB\r\nEND\r\nPAGES=-1\r\n").has_pages);
    CHECK(!read_all("@PJL USTATUS JOB\r\nEND\r\nPAGES=99999999999\r\n").has_pages);
}

static void test_an_endless_line_is_skipped(void)
{
    struct pjl pjl = { 0 };
    for (int at = 0; at < 10000; at++) {
        dre_pjl_feed(&pjl, STR("x"));
    }
    dre_pjl_feed(&pjl, STR("\r\n@PJL USTATUS JOB\r\nEND\r\nPAGES=1\r\n"));
    CHECK(pjl.has_pages && pjl.pages == 1);
}

int main(void)
{
    test_the_end_of_a_job_tells_its_pages();
    test_pieces_of_one_byte_read_the_same();
    test_pages_count_only_in_a_jobs_end();
    test_an_endless_line_is_skipped();
    return tap_done();
}
