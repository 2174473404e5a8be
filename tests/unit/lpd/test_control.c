// Control files as clients write them.
#include "lpd/control.h"

#include "base/buf.h"
#include "lib/tap.h"

static struct err err;
static struct lpd_control control;

static void test_what_clients_write(void)
{
    // BSD and CUPS lpr: the name behind the line that prints, and again for unlinking.
    CHECK(lpd_control_read(STR("Hclient\nPmary\nJthesis.pdf\nldfA017client\nUdfA017client\n"
                               "Nthesis.pdf\n"),
                           &control, &err));
    CHECK(str_eq(control.host, STR("client")) && str_eq(control.user, STR("mary")));
    CHECK(str_eq(control.job, STR("thesis.pdf")) && control.count == 1);
    CHECK(str_eq(control.documents[0].file, STR("dfA017client")));
    CHECK(str_eq(control.documents[0].source, STR("thesis.pdf")));
    CHECK(control.documents[0].format == 'l' && control.documents[0].copies == 1);
    // Windows: CR LF, three copies as three lines, the name in front.
    CHECK(lpd_control_read(STR("HPC\r\nPmary\r\nNa.txt\r\nfdfA1\r\nfdfA1\r\nfdfA1\r\n"), &control,
                           &err));
    CHECK(control.count == 1 && control.documents[0].copies == 3);
    CHECK(str_eq(control.documents[0].source, STR("a.txt")));
    // Two files; a line that nobody knows; no end of line at the end.
    CHECK(lpd_control_read(STR("Pmary\nfdfA1\nNone\nodfB1\nNtwo\nZnever heard of\n\nMmary"),
                           &control, &err));
    CHECK(control.count == 2 && str_eq(control.documents[1].source, STR("two")));
    CHECK(control.documents[1].format == 'o' && str_eq(control.mail, STR("mary")));
    CHECK(lpd_control_find(&control, STR("dfB1")) == &control.documents[1]);
    CHECK(lpd_control_find(&control, STR("dfC1")) == NULL);
    CHECK(str_eq(control.host, STR("")) && str_eq(control.class, STR("")));
}

static void test_what_is_refused(void)
{
    static const struct str rows[] = {
        STR_INIT(""),
        STR_INIT("\n\n"),
        STR_INIT("Pmary\n"),
        STR_INIT("f\n"),
        STR_INIT("Pma\x1bry\nfdfA1\n"),
        STR_INIT("Pma\0ry\nfdfA1\n"),
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(!lpd_control_read(rows[i], &control, &err) && err.code == ERR_INVALID);
    }
    OWN(buf_free) struct buf many = BUF_CAP(1 << 16);
    for (int i = 0; i <= LPD_DOCUMENTS_MAX; i++) {
        buf_addf(&many, "fdf%d\n", i);
    }
    CHECK(!lpd_control_read(buf_str(&many), &control, &err));
    many.len = 0;
    for (int i = 0; i < LPD_COPIES_MAX + 10; i++) {
        buf_addf(&many, "fA\n");
    }
    CHECK(lpd_control_read(buf_str(&many), &control, &err));
    CHECK(control.documents[0].copies == LPD_COPIES_MAX);
}

int main(void)
{
    test_what_clients_write();
    test_what_is_refused();
    return tap_done();
}
