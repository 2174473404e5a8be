#include "file.h"

struct seen {
    size_t added;
    size_t changed;
    size_t removed;
    struct iana_row row;
};

static void see(void *arg, enum iana_change change, const struct iana_row *was,
                const struct iana_row *is)
{
    struct seen *seen = arg;
    seen->added += change == IANA_ADDED ? 1 : 0;
    seen->changed += change == IANA_CHANGED ? 1 : 0;
    seen->removed += change == IANA_REMOVED ? 1 : 0;
    seen->row = is != NULL ? *is : *was;
}

static const struct iana_registry *read_edited(struct arena *arena, const char *from,
                                               const char *with)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(IANA_FILE_BYTES_MAX);
    OWN(buf_free) struct buf edited = BUF_CAP(IANA_FILE_BYTES_MAX);
    const struct iana_registry *registry = NULL;
    enum iana_kind kind = IANA_XML;
    struct err err;
    file_read(&bytes);
    const char *found = memmem(bytes.ptr, bytes.len, from, strlen(from));
    CHECK(found != NULL);
    buf_add(&edited, (struct str){ bytes.ptr, (size_t)(found - bytes.ptr) });
    buf_add(&edited, str_of(with));
    found += strlen(from);
    buf_add(&edited, (struct str){ found, bytes.len - (size_t)(found - bytes.ptr) });
    CHECK(iana_read(arena, buf_str(&edited), iana_compiled(), &kind, &registry, &err));
    CHECK(kind == IANA_CSV);
    return registry;
}

int main(void)
{
    static const struct {
        const char *from;
        const char *with;
        size_t added;
        size_t changed;
        size_t removed;
    } cases[] = {
        { "sm-pas-3,2940,tcp,SM-PAS-3", "sm-pas-3,2940,tcp,Something else", 0, 1, 0 },
        { "sm-pas-3,2940,udp,SM-PAS-3,,,,,,,,\r\n", "", 0, 0, 1 },
        { "sm-pas-3,2940,udp", "other,2940,udp", 1, 0, 1 },
        { "sm-pas-3,2940,udp", "aaa,2940,udp,,,,,,,,,\r\nsm-pas-3,2940,udp", 1, 0, 0 },
        { "sm-pas-3,2940,udp", "sm-pas-3,2940,udp,twin,,,,,,,,\r\nsm-pas-3,2940,udp", 1, 1, 0 },
        { "argus,,,ARGUS Protocol", "argus,,,Argus", 0, 1, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(IANA_ARENA_BYTES);
        struct seen seen = { 0 };
        const struct iana_registry *is = read_edited(&arena, cases[i].from, cases[i].with);
        size_t same = is != NULL ? iana_differ(iana_compiled(), is, see, &seen) : 0;
        CHECK(seen.added == cases[i].added && seen.changed == cases[i].changed &&
              seen.removed == cases[i].removed);
        CHECK(same == 14447 - cases[i].changed - cases[i].removed);
    }
    return tap_done();
}
