// peer_libcups: our IPP reader against libcups, over seeds and 20,000 mutations of them by a fixed
// random sequence. What we take, libcups takes, with the same names and values. What libcups takes
// and we refuse, we refuse for a reason that ipp/msg.h names.
//
//     peer_libcups FOLDER-OF-SEEDS
#include "peer/ipp/libcups_lines.h"

#include "ipp/msg.h"

#include "lib/tap.h"

#include <dirent.h>

enum { ROUNDS = 20000, SEEDS_MAX = 100, SEED_MAX = 8192, REASONS_MAX = 20 };

// The words that our refusals begin with. All are stated in ipp/msg.h and ipp/limit.h.
static const char *const reasons[] = {
    "an IPP character string has a NUL",
    "an IPP attribute's name has a NUL",
    "an IPP boolean is neither 0 nor 1",
    "IPP tag 0x7f",
    "an IPP collection is not closed, or holds tag", // a group or extension tag in a collection
    "a member of an IPP collection has no value",
    "an IPP text with language has lengths",
    "IPP attribute \"",            // syntaxes that do not mix
    "an IPP attribute's name has", // over 255 bytes
    "IPP collections are nested",
    "over ", // attributes or values
    "an IPP message has over",
    "an IPP value or name has",
    "an IPP value stands before any attribute",
    "an IPP attribute stands before any group",
    "IPP tag 0x37", // libcups takes the end of a collection as a message's end
    NULL,
};

static char seeds[SEEDS_MAX][SEED_MAX];
static size_t seed_lens[SEEDS_MAX];
static size_t seed_count;
static uint32_t state = 20261122;

static uint32_t next(uint32_t bound)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % bound;
}

static void load(const char *folder)
{
    struct dirent **names;
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        FILE *file = names[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file != NULL && seed_count < SEEDS_MAX) {
            seed_lens[seed_count] = fread(seeds[seed_count], 1, SEED_MAX, file);
            seed_count++;
        }
        if (file != NULL) {
            (void)fclose(file);
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
}

static void add_ours(struct buf *lines, const struct ipp_attr *attrs, int group, int depth);

static void add_hex(struct buf *lines, const char *word, const void *bytes, size_t len)
{
    buf_addf(lines, " %s", word);
    for (size_t at = 0; at < len; at++) {
        buf_addf(lines, "%02x", ((const uint8_t *)bytes)[at]);
    }
}

static void add_value(struct buf *lines, const struct ipp_value *value, int depth, bool as_range)
{
    switch (value->tag) {
    case IPP_TAG_INTEGER:
        if (as_range) { // libcups makes ranges of all once one is among them
            buf_addf(lines, " range %d %d", value->integer, value->integer);
            return;
        }
        buf_addf(lines, " int %d", value->integer);
        return;
    case IPP_TAG_ENUM: buf_addf(lines, " int %d", value->integer); return;
    case IPP_TAG_BOOLEAN: buf_addf(lines, " bool %d", value->boolean); return;
    case IPP_TAG_RANGE:
        buf_addf(lines, " range %d %d", value->range.lower, value->range.upper);
        return;
    case IPP_TAG_RESOLUTION:
        buf_addf(lines, " resolution %d %d %d", value->resolution.cross, value->resolution.feed,
                 (int)(int8_t)value->resolution.units);
        return;
    case IPP_TAG_DATE: add_hex(lines, "date", value->date, IPP_DATE_BYTES); return;
    case IPP_TAG_COLLECTION:
        buf_addf(lines, " {\n");
        add_ours(lines, value->members, 0, depth + 1);
        buf_addf(lines, "}");
        return;
    default: break;
    }
    if (ipp_tag_is_text(value->tag)) {
        buf_addf(lines, " text[%.*s]", (int)value->text.len, value->text.ptr);
    } else if (!ipp_tag_is_out_of_band(value->tag)) {
        add_hex(lines, "octets", value->text.ptr, value->text.len);
    }
}

static void add_ours(struct buf *lines, const struct ipp_attr *attrs, int group, int depth)
{
    for (const struct ipp_attr *attr = attrs; attr != NULL; attr = attr->next) {
        bool as_range = false;
        for (const struct ipp_value *value = attr->values; value != NULL; value = value->next) {
            as_range = as_range || value->tag == IPP_TAG_RANGE;
        }
        buf_addf(lines, "%d %.*s:", depth == 0 ? group : -depth, (int)attr->name.len,
                 attr->name.ptr);
        for (const struct ipp_value *value = attr->values; value != NULL; value = value->next) {
            add_value(lines, value, depth, as_range);
        }
        buf_addf(lines, "\n");
    }
}

// Values that libcups is known to keep otherwise, so that only the fact of reading is compared:
// bytes in out-of-band values become text there, 0x43 is a string, and so on.
static bool is_plain(const struct ipp_attr *attrs)
{
    for (const struct ipp_attr *attr = attrs; attr != NULL; attr = attr->next) {
        for (const struct ipp_value *value = attr->values; value != NULL; value = value->next) {
            uint8_t tag = value->tag;
            bool odd = (ipp_tag_is_out_of_band(tag) && (value->text.len > 0 || attr->count > 1)) ||
                       tag == 0x14 || tag == 0x11 || (tag >= 0x18 && tag <= 0x20) ||
                       (tag >= 0x24 && tag <= 0x2f) || (tag >= 0x38 && tag <= 0x40) ||
                       tag == 0x43 || tag >= 0x4b;
            if (odd || (tag == IPP_TAG_COLLECTION && !is_plain(value->members))) {
                return false;
            }
        }
    }
    return true;
}

struct tally {
    int both;
    int neither;
    int ours_alone;
    int theirs_alone;
    int unnamed;
    int different;
    int deep;
};

static bool is_named(const struct err *err)
{
    for (size_t i = 0; reasons[i] != NULL; i++) {
        if (strncmp(err->text, reasons[i], strlen(reasons[i])) == 0) {
            return true;
        }
    }
    printf("# not named: %s\n", err->text);
    return false;
}

static bool too_deep(struct str bytes)
{
    int depth = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        depth += bytes.ptr[i] == IPP_TAG_COLLECTION ? 1 : 0;
    }
    return depth > 200; // more than any nesting that these bytes could spell is harmless
}

static void compare(struct str bytes, struct tally *tally)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 22);
    OWN(buf_free) struct buf ours = BUF_CAP(1 << 22);
    OWN(buf_free) struct buf theirs = BUF_CAP(1 << 22);
    struct ipp_msg msg;
    struct err err;
    if (too_deep(bytes)) {
        tally->deep++;
        return;
    }
    bool we = ipp_msg_decode(bytes, &IPP_CAPS_REQUEST, &arena, &msg, &err);
    bool they = oracle_cups(bytes, &theirs);
    tally->both += we && they ? 1 : 0;
    tally->neither += !we && !they ? 1 : 0;
    tally->ours_alone += we && !they ? 1 : 0;
    tally->theirs_alone += !we && they ? 1 : 0;
    if (!we && they) {
        tally->unnamed += is_named(&err) ? 0 : 1;
    }
    if (!we || !they) {
        return;
    }
    bool plain = true;
    buf_addf(&ours, "%d.%d %d %d\n", msg.major, msg.minor, msg.code, (int)msg.request_id);
    for (const struct ipp_group *group = msg.groups; group != NULL; group = group->next) {
        plain = plain && is_plain(group->attrs);
        add_ours(&ours, group->attrs, group->tag, 0);
    }
    if (plain && !str_eq(buf_str(&ours), buf_str(&theirs))) {
        tally->different++;
        printf("# ours: %.*s# theirs: %.*s", (int)ours.len, ours.ptr, (int)theirs.len, theirs.ptr);
    }
}

static size_t mutate(char *bytes, size_t len)
{
    static const char tags[] = { 0x01, 0x02, 0x03, 0x10, 0x13, 0x21, 0x22, 0x23, 0x30, 0x31, 0x32,
                                 0x33, 0x34, 0x35, 0x36, 0x37, 0x41, 0x42, 0x44, 0x45, 0x4a, 0x7f };
    uint32_t times = 1 + next(4);
    for (uint32_t i = 0; i < times && len > 0; i++) {
        size_t at = next((uint32_t)len);
        switch (next(6)) {
        case 0: bytes[at] = (char)next(256); break;
        case 1: bytes[at] = tags[next(sizeof(tags))]; break;
        case 2: bytes[at] = (char)(bytes[at] ^ 1 << next(8)); break;
        case 3: len = at; break;
        case 4: // a run is taken out
        {
            size_t gone = next(12);
            gone = gone < len - at ? gone : len - at;
            memmove(bytes + at, bytes + at + gone, len - at - gone);
            len -= gone;
            break;
        }
        default: // a run is doubled
        {
            size_t more = next(40);
            more = more < len - at ? more : len - at;
            if (len + more <= SEED_MAX) {
                memmove(bytes + at + more, bytes + at, len - at);
                len += more;
            }
            break;
        }
        }
    }
    return len;
}

int main(int argc, char **argv)
{
    struct tally tally = { 0 };
    if (argc != 2) {
        return EXIT_FAILURE;
    }
    load(argv[1]);
    for (size_t i = 0; i < seed_count; i++) {
        compare((struct str){ seeds[i], seed_lens[i] }, &tally);
    }
    for (int i = 0; i < ROUNDS && seed_count > 0; i++) {
        char bytes[SEED_MAX];
        size_t from = next((uint32_t)seed_count);
        memcpy(bytes, seeds[from], seed_lens[from]);
        size_t len = mutate(bytes, seed_lens[from]);
        compare((struct str){ bytes, len }, &tally);
    }
    printf("# both %d, neither %d, ours alone %d, theirs alone %d, not asked %d\n", tally.both,
           tally.neither, tally.ours_alone, tally.theirs_alone, tally.deep);
    CHECK(seed_count >= 8);
    CHECK(tally.both > ROUNDS / 20);
    CHECK(tally.ours_alone == 0);
    CHECK(tally.unnamed == 0);
    CHECK(tally.different == 0);
    return tap_done();
}
