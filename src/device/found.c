// found: see found.h. Finds are sorted by each key in turn, and neighbours with the same key are
// put together where nothing speaks against it.

#include "device/found.h"

#include <stdio.h>
#include <stdlib.h>

enum { SERIAL_LEAST = 5, TRIED_MAX = 16, MAC_ADDRESSES_MAX = 4, NAME_MAX_BYTES = 40 };

struct joined { // of one find
    struct str key;
    size_t place; // in the list of finds
    size_t root;  // the find that stands for its device
    struct str uuid;
    struct str maker;
};

struct merge {
    const struct device_find *finds;
    struct joined *sorted; // by key
    struct joined *joined; // by place
    size_t count;
    struct arena *arena;
};

static size_t root_of(struct merge *merge, size_t place)
{
    while (merge->joined[place].root != place) {
        merge->joined[place].root = merge->joined[merge->joined[place].root].root;
        place = merge->joined[place].root;
    }
    return place;
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool is_alike(struct str a, struct str b)
{
    for (size_t at = 0; a.len == b.len && at < a.len; at++) {
        if (lower(a.ptr[at]) != lower(b.ptr[at])) {
            return false;
        }
    }
    return a.len == b.len;
}

static bool has_in(struct str text, struct str part)
{
    for (size_t at = 0; at + part.len <= text.len; at++) {
        if (is_alike((struct str){ text.ptr + at, part.len }, part)) {
            return true;
        }
    }
    return false;
}

static struct str first_word(struct str text)
{
    size_t len = 0;
    while (len < text.len && text.ptr[len] != ' ' && text.ptr[len] != '-') {
        len++;
    }
    return (struct str){ text.ptr, len };
}

// --- keys ---------------------------------------------------------------------------------------

// What makers write where there is none ("0", "XXXXXXXX") tells nobody apart.
static bool is_serial(struct str serial)
{
    size_t others = 0;
    for (size_t at = 1; at < serial.len; at++) {
        others += serial.ptr[at] != serial.ptr[at - 1];
    }
    return serial.len >= SERIAL_LEAST && others >= 2;
}

static struct str text_key(struct arena *arena, struct str text)
{
    char *copy = arena_text(arena, text);
    for (size_t at = 0; copy != NULL && at < text.len; at++) {
        copy[at] = lower(copy[at]);
    }
    return copy == NULL ? STR("") : (struct str){ copy, text.len };
}

enum key_kind { KEY_UUID, KEY_SERIAL, KEY_PLACE, KEY_MAC, KEY_COUNT };

static struct str key_of(struct merge *merge, const struct device_find *find, enum key_kind kind)
{
    struct str where = find->address.len > 0 ? find->address : find->host;
    char *text = NULL;
    switch (kind) {
    case KEY_UUID: return find->uuid;
    case KEY_SERIAL: return device_found_serial_key(find->serial, merge->arena);
    case KEY_MAC: return find->mac;
    case KEY_PLACE:
        if (where.len == 0) {
            return where;
        }
        text = arena_textf(merge->arena, "%.*s|%.*s", (int)where.len, where.ptr,
                           (int)find->path.len, find->path.ptr);
        return text == NULL ? STR("") : text_key(merge->arena, str_of(text));
    case KEY_COUNT: break;
    }
    return STR("");
}

static int by_key(const void *a, const void *b)
{
    const struct joined *one = a;
    const struct joined *other = b;
    size_t len = one->key.len < other->key.len ? one->key.len : other->key.len;
    int order = len == 0 ? 0 : memcmp(one->key.ptr, other->key.ptr, len);
    if (order != 0) {
        return order;
    }
    if (one->key.len != other->key.len) {
        return one->key.len < other->key.len ? -1 : 1;
    }
    return one->place < other->place ? -1 : 1;
}

// --- joining ------------------------------------------------------------------------------------

static bool may_join(const struct joined *one, const struct joined *other, enum key_kind kind)
{
    bool same_maker =
        one->maker.len == 0 || other->maker.len == 0 || is_alike(one->maker, other->maker);
    bool same_uuid = one->uuid.len == 0 || other->uuid.len == 0 || str_eq(one->uuid, other->uuid);
    return same_uuid && (kind != KEY_SERIAL || same_maker);
}

static void join(struct merge *merge, size_t into, size_t from)
{
    struct joined *root = &merge->joined[into];
    const struct joined *other = &merge->joined[from];
    root->uuid = root->uuid.len > 0 ? root->uuid : other->uuid;
    root->maker = root->maker.len > 0 ? root->maker : other->maker;
    merge->joined[from].root = into;
}

// Those of one key: each goes to the first device among them that it may belong to.
static void join_run(struct merge *merge, size_t first, size_t last, enum key_kind kind)
{
    size_t roots[TRIED_MAX];
    size_t count = 0;
    for (size_t at = first; at < last; at++) {
        size_t own = root_of(merge, merge->sorted[at].place);
        size_t i = 0;
        while (i < count && root_of(merge, roots[i]) != own &&
               !may_join(&merge->joined[root_of(merge, roots[i])], &merge->joined[own], kind)) {
            i++;
        }
        if (i < count && root_of(merge, roots[i]) != own) {
            join(merge, root_of(merge, roots[i]), own);
        } else if (i == count && count < TRIED_MAX) {
            roots[count++] = own;
        }
    }
}

// A hardware address that answers for many is a router's.
static bool is_routers(const struct merge *merge, size_t first, size_t last)
{
    size_t addresses = 1;
    for (size_t at = first + 1; at < last; at++) {
        addresses += !str_eq(merge->finds[merge->sorted[at].place].address,
                             merge->finds[merge->sorted[at - 1].place].address);
    }
    return addresses > MAC_ADDRESSES_MAX;
}

static void join_by(struct merge *merge, enum key_kind kind)
{
    for (size_t at = 0; at < merge->count; at++) {
        merge->sorted[at] =
            (struct joined){ .key = key_of(merge, &merge->finds[at], kind), .place = at };
    }
    qsort(merge->sorted, merge->count, sizeof(*merge->sorted), by_key);
    for (size_t first = 0; first < merge->count;) {
        size_t last = first + 1;
        while (last < merge->count && str_eq(merge->sorted[last].key, merge->sorted[first].key)) {
            last++;
        }
        if (merge->sorted[first].key.len > 0 &&
            (kind != KEY_MAC || !is_routers(merge, first, last))) {
            join_run(merge, first, last, kind);
        }
        first = last;
    }
}

// --- one of many --------------------------------------------------------------------------------

static int by_trust(const void *a, const void *b)
{
    const struct device_find *one = *(const struct device_find *const *)a;
    const struct device_find *other = *(const struct device_find *const *)b;
    if (one->source != other->source) {
        return one->source < other->source ? -1 : 1;
    }
    struct str left = one->uri;
    struct str right = other->uri;
    size_t len = left.len < right.len ? left.len : right.len;
    int order = len == 0 ? 0 : memcmp(left.ptr, right.ptr, len);
    return order != 0             ? order
           : left.len < right.len ? -1
           : left.len > right.len ? 1
           : one < other          ? -1
                                  : 1;
}

static void disagree(struct device_found *found, struct arena *arena, const char *what,
                     const struct device_find *one, struct str said,
                     const struct device_find *other, struct str against)
{
    if (found->disagreement_count == DEVICE_FOUND_DISAGREEMENTS_MAX) {
        return;
    }
    const char *text =
        arena_textf(arena, "%s: %s says %.*s, %s says %.*s", what,
                    device_find_source_name(one->source), (int)said.len, said.ptr,
                    device_find_source_name(other->source), (int)against.len, against.ptr);
    if (text != NULL) {
        found->disagreements[found->disagreement_count++] = str_of(text);
    }
}

struct part { // of a find
    size_t at;
    const char *what; // NULL: may differ
    size_t to;        // in struct device_found
    bool loosely;     // one may be a part of the other
};

#define PART(name, words, loose)                                                                   \
    {                                                                                              \
        offsetof(struct device_find, name), words, offsetof(struct device_found, name), loose      \
    }

static const struct part parts[] = {
    PART(make_and_model, "make and model", true),
    PART(serial, "serial number", false),
    PART(address, "address", false),
    PART(mac, "hardware address", false),
    PART(location, "location", true),
    PART(uuid, NULL, false),
    PART(name, NULL, false),
};

static struct str part_of(const struct device_find *find, const struct part *part)
{
    return *(const struct str *)(const void *)((const char *)find + part->at);
}

static bool is_v6(struct str text)
{
    return memchr(text.ptr, ':', text.len) != NULL;
}

static bool differs(const struct part *part, struct str one, struct str other)
{
    if (one.len == 0 || other.len == 0 || is_alike(one, other) ||
        (part->loosely && (has_in(one, other) || has_in(other, one)))) {
        return false;
    }
    // That it has one of each family is no wonder.
    return part->at != offsetof(struct device_find, address) || is_v6(one) == is_v6(other);
}

static void choose(struct device_found *found, struct arena *arena, const struct part *part)
{
    struct str *to = (struct str *)(void *)((char *)found + part->to);
    const struct device_find *chosen = NULL;
    const struct device_find *against = NULL;
    for (size_t at = 0; at < found->find_count; at++) {
        const struct device_find *find = found->finds[at];
        struct str said = part_of(find, part);
        if (said.len > 0 && chosen == NULL) {
            chosen = find;
            *to = said;
        } else if (against == NULL && chosen != NULL && differs(part, *to, said)) {
            against = find;
        }
    }
    if (against != NULL && part->what != NULL) {
        disagree(found, arena, part->what, chosen, *to, against, part_of(against, part));
    }
}

static bool begins(struct str text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.ptr, with, len) == 0;
}

static void choose_uri(struct device_found *found)
{
    static const char *const schemes[] = { "ipps://", "ipp://", "socket://" };
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        for (size_t at = 0; at < found->find_count; at++) {
            if (begins(found->finds[at]->uri, schemes[i]) && found->uri.len == 0) {
                found->uri = found->finds[at]->uri;
            }
        }
    }
}

static int by_address(const void *a, const void *b)
{
    const struct device_found *one = a;
    const struct device_found *other = b;
    struct str left = one->address;
    struct str right = other->address;
    if (left.len != right.len) { // of numeric addresses this is nearly their order
        return left.len < right.len ? -1 : 1;
    }
    int order = left.len == 0 ? 0 : memcmp(left.ptr, right.ptr, left.len);
    return order != 0 ? order : one->finds[0] < other->finds[0] ? -1 : 1;
}

static bool collect(struct merge *merge, struct device_found **list, size_t *list_count)
{
    size_t count = 0;
    size_t *place = arena_new_array(merge->arena, merge->count + 1, sizeof(*place));
    struct device_found *all = arena_new_array(merge->arena, merge->count + 1, sizeof(*all));
    const struct device_find **finds =
        arena_new_array(merge->arena, merge->count + 1, sizeof(*finds));
    if (place == NULL || all == NULL || finds == NULL) {
        return false;
    }
    for (size_t at = 0; at < merge->count; at++) {
        size_t root = root_of(merge, at);
        if (root == at) {
            place[at] = count++;
        }
    }
    for (size_t at = 0; at < merge->count; at++) {
        all[place[root_of(merge, at)]].find_count++;
    }
    for (size_t at = 0; at < count; at++) {
        all[at].finds = finds;
        finds += all[at].find_count;
        all[at].find_count = 0;
    }
    for (size_t at = 0; at < merge->count; at++) {
        struct device_found *found = &all[place[root_of(merge, at)]];
        found->finds[found->find_count++] = &merge->finds[at];
    }
    *list = all;
    *list_count = count;
    return true;
}

bool device_found_merge(const struct device_find *finds, size_t count, struct arena *arena,
                        struct device_found **list, size_t *list_count)
{
    struct merge merge = { .finds = finds, .count = count, .arena = arena };
    merge.sorted = arena_new_array(arena, count + 1, sizeof(*merge.sorted));
    merge.joined = arena_new_array(arena, count + 1, sizeof(*merge.joined));
    if (merge.sorted == NULL || merge.joined == NULL) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        merge.joined[at] = (struct joined){ .root = at,
                                            .uuid = finds[at].uuid,
                                            .maker = first_word(finds[at].make_and_model) };
    }
    for (enum key_kind kind = 0; kind < KEY_COUNT; kind++) {
        join_by(&merge, kind);
    }
    if (!collect(&merge, list, list_count)) {
        return false;
    }
    for (size_t at = 0; at < *list_count; at++) {
        struct device_found *found = &(*list)[at];
        qsort(found->finds, found->find_count, sizeof(struct device_find *), by_trust);
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            choose(found, arena, &parts[i]);
        }
        choose_uri(found);
    }
    qsort(*list, *list_count, sizeof(**list), by_address);
    return arena_ok(arena);
}

// --- what is known ------------------------------------------------------------------------------

// The host of a uri, and what stands behind it.
static struct str host_in(struct str address, struct str *rest)
{
    for (size_t at = 0; at + 2 < address.len; at++) {
        if (memcmp(address.ptr + at, "://", 3) == 0) {
            address = (struct str){ address.ptr + at + 3, address.len - at - 3 };
            break;
        }
    }
    bool in_brackets = address.len > 0 && address.ptr[0] == '[';
    address = in_brackets ? (struct str){ address.ptr + 1, address.len - 1 } : address;
    size_t len = 0;
    while (len < address.len && address.ptr[len] != '/' && address.ptr[len] != '?' &&
           address.ptr[len] != (in_brackets ? ']' : ':')) {
        len++;
    }
    *rest = (struct str){ address.ptr + len, address.len - len };
    return (struct str){ address.ptr, len };
}

static bool is_host(struct str host, const struct device_find *find)
{
    struct str plain = find->host;
    plain.len -= plain.len > 0 && plain.ptr[plain.len - 1] == '.';
    bool is_here = is_alike(host, STR("localhost")) &&
                   (str_eq(find->address, STR("127.0.0.1")) || str_eq(find->address, STR("::1")));
    return host.len > 0 && (is_alike(host, find->address) || is_alike(host, plain) || is_here);
}

// Whether two addresses of IPP on one host lead to the same printer. The usual ports are one, and
// so are the usual paths.
static bool is_same_way(struct str one, struct str other)
{
    struct str rests[2];
    struct str ports[2];
    (void)host_in(one, &rests[0]);
    (void)host_in(other, &rests[1]);
    for (size_t at = 0; at < 2; at++) {
        struct str rest = rests[at];
        rest = begins(rest, "]") ? (struct str){ rest.ptr + 1, rest.len - 1 } : rest;
        size_t len = 0;
        while (len < rest.len && rest.ptr[len] != '/') {
            len++;
        }
        ports[at] = (struct str){ rest.ptr, len };
        ports[at].len = str_eq(ports[at], STR(":631")) || str_eq(ports[at], STR(":443")) ? 0 : len;
        rests[at] = device_find_path((struct str){ rest.ptr + len, rest.len - len });
    }
    return str_eq(ports[0], ports[1]) && str_eq(rests[0], rests[1]);
}

bool device_found_is(const struct device_found *found, struct str address, struct str serial)
{
    struct str rest;
    struct str host = host_in(address, &rest);
    bool is_there = false;
    bool is_other = false;
    if (is_serial(serial) && is_alike(serial, found->serial)) {
        return true;
    }
    for (size_t at = 0; at < found->find_count; at++) {
        const struct device_find *find = found->finds[at];
        if (!is_host(host, find)) {
            continue;
        }
        bool both = begins(address, "ipp") && begins(find->uri, "ipp");
        if (both && is_same_way(address, find->uri)) {
            return true;
        }
        is_there = true;
        is_other = is_other || both;
    }
    return is_there && !is_other; // of a host that has several, it is another one
}

struct str device_found_host_key(struct str address, struct arena *arena)
{
    struct str rest;
    struct str host = host_in(address, &rest);
    bool is_v6 = memchr(address.ptr, '[', address.len) == NULL && begins(rest, ":") &&
                 memchr(rest.ptr + 1, ':', rest.len - 1) != NULL && host.len < address.len;
    host = is_v6 && !has_in(address, STR("://")) ? address : host; // without brackets
    host.len -= host.len > 0 && host.ptr[host.len - 1] == '.';
    return is_alike(host, STR("localhost")) || str_eq(host, STR("::1")) ? STR("127.0.0.1")
                                                                        : text_key(arena, host);
}

struct str device_found_serial_key(struct str serial, struct arena *arena)
{
    return is_serial(serial) ? text_key(arena, serial) : STR("");
}

struct str device_found_name(const struct device_found *found, struct arena *arena)
{
    struct str from = found->name.len > 0             ? found->name
                      : found->make_and_model.len > 0 ? found->make_and_model
                                                      : found->address;
    char *name = arena_new(arena, NAME_MAX_BYTES + 1);
    size_t len = 0;
    for (size_t at = 0; name != NULL && at < from.len && len < NAME_MAX_BYTES; at++) {
        char byte = lower(from.ptr[at]);
        if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) {
            name[len++] = byte;
        } else if (len > 0 && name[len - 1] != '-') {
            name[len++] = '-';
        }
    }
    while (len > 0 && name[len - 1] == '-') {
        len--;
    }
    return len == 0 ? STR("device") : (struct str){ name, len };
}
