// What is remembered of queues is read as it was written, and nothing in it can add a line.
#include "cupsd/notes.h"

#include "lib/tap.h"

static void test_there_and_back(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf text = BUF_CAP(1 << 16);
    OWN(buf_free) struct buf again = BUF_CAP(1 << 16);
    struct cupsd_notes notes = { .data = "/var/lib/my quoin" };
    struct cupsd_notes read;
    struct err err;
    const struct cupsd_note office = { .queue = "office",
                                       .now = "quoin://h:1/office",
                                       .before = "ipp://a:b@printer/ipp",
                                       .away = CUPSD_AWAY_PRINT };
    const struct cupsd_note attic = { .queue = "attic",
                                      .now = "quoin://h:1/attic",
                                      .before = "usb://x" };
    CHECK(cupsd_notes_set(&notes, &office, &arena, &err));
    CHECK(cupsd_notes_set(&notes, &attic, &arena, &err));
    CHECK(cupsd_notes_set(&notes, &office, &arena, &err)); // the same once
    CHECK(strcmp(notes.first->queue, "attic") == 0);
    cupsd_notes_write(&notes, &text);
    CHECK(cupsd_notes_read(buf_str(&text), &arena, &read, &err));
    cupsd_notes_write(&read, &again);
    CHECK(str_eq(buf_str(&text), buf_str(&again)));
    CHECK(strcmp(read.data, "/var/lib/my quoin") == 0);
    const struct cupsd_note *found = cupsd_notes_find(&read, STR("office"));
    CHECK(found != NULL && found->away == CUPSD_AWAY_PRINT &&
          strcmp(found->before, "ipp://a:b@printer/ipp") == 0 && found->next == NULL);
    cupsd_notes_drop(&read, STR("attic"));
    cupsd_notes_drop(&read, STR("cellar"));
    CHECK(read.first == found);
    CHECK(cupsd_notes_find(&read, STR("attic")) == NULL);
}

static void test_what_is_refused(void)
{
    static const char *const rows[] = {
        "queue",
        "queue office",
        "queue office wait quoin:/x",
        "queue office wait quoin:/x ",
        "queue office maybe quoin:/x usb:x",
        "queue -E wait quoin:/x usb:x",
        "queue office wait quoin:/x usb:x y",
        "nonsense",
    };
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct cupsd_notes notes;
    struct err err;
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        tap_result(!cupsd_notes_read(str_of(rows[at]), &arena, &notes, &err), rows[at], __FILE__,
                   __LINE__);
    }
    CHECK(cupsd_notes_read(STR("# a line\n\ndata /d"), &arena, &notes, &err));
    CHECK(strcmp(notes.data, "/d") == 0 && notes.first == NULL);
    const struct cupsd_note evil = { .queue = "office",
                                     .now = "quoin:/x",
                                     .before = "ipp://x\nqueue other wait a:b c:d" };
    CHECK(!cupsd_notes_set(&notes, &evil, &arena, &err));
}

int main(void)
{
    test_there_and_back();
    test_what_is_refused();
    return tap_done();
}
