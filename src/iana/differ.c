// iana/differ: what a newer registry changes. Both are sorted alike, so groups of the same number
// and transport are walked side by side; inside a group rows are paired by name.
#include "iana/iana_int.h"

struct group {
    const struct iana_registry *registry;
    size_t from;
    size_t until;
};

static int order(const struct iana_packed *a, const struct iana_packed *b)
{
    const int keys[][2] = { { b->has_port, a->has_port },
                            { a->first, b->first },
                            { a->last, b->last },
                            { a->transport, b->transport } };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

static struct group group_at(const struct iana_registry *registry, size_t from)
{
    struct group group = { registry, from, from };
    while (group.until < registry->count &&
           order(&registry->rows[from], &registry->rows[group.until]) == 0) {
        group.until++;
    }
    return group;
}

static const char *name_at(const struct group *group, size_t at)
{
    return group->registry->texts + group->registry->rows[at].text[IANA_NAME];
}

// The row of `other` that row `at` is paired with: the same name, the same one of several.
// SIZE_MAX: none.
static size_t pair_of(const struct group *group, size_t at, const struct group *other)
{
    const char *name = name_at(group, at);
    size_t before = 0;
    for (size_t i = group->from; i < at; i++) {
        before += strcmp(name_at(group, i), name) == 0 ? 1 : 0;
    }
    for (size_t i = other->from; i < other->until; i++) {
        if (strcmp(name_at(other, i), name) == 0 && before-- == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool is_same(const struct iana_row *a, const struct iana_row *b)
{
    for (int i = 0; i < IANA_FIELDS; i++) {
        if (strcmp(a->text[i], b->text[i]) != 0) {
            return false;
        }
    }
    return true;
}

struct telling {
    void (*tell)(void *arg, enum iana_change change, const struct iana_row *was,
                 const struct iana_row *is);
    void *arg;
};

static size_t differ_group(const struct group *was, const struct group *is,
                           const struct telling *telling)
{
    size_t same = 0;
    struct iana_row old;
    struct iana_row new;
    for (size_t i = was->from; i < was->until; i++) {
        size_t pair = pair_of(was, i, is);
        iana_get(was->registry, i, &old);
        if (pair == SIZE_MAX) {
            telling->tell(telling->arg, IANA_REMOVED, &old, NULL);
            continue;
        }
        iana_get(is->registry, pair, &new);
        if (is_same(&old, &new)) {
            same++;
        } else {
            telling->tell(telling->arg, IANA_CHANGED, &old, &new);
        }
    }
    for (size_t i = is->from; i < is->until; i++) {
        if (pair_of(is, i, was) == SIZE_MAX) {
            iana_get(is->registry, i, &new);
            telling->tell(telling->arg, IANA_ADDED, NULL, &new);
        }
    }
    return same;
}

size_t iana_differ(const struct iana_registry *was, const struct iana_registry *is,
                   void (*tell)(void *arg, enum iana_change change, const struct iana_row *was,
                                const struct iana_row *is),
                   void *arg)
{
    const struct telling telling = { tell, arg };
    size_t same = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < was->count || j < is->count) {
        int first = i == was->count ? 1 : j == is->count ? -1 : order(&was->rows[i], &is->rows[j]);
        struct group left = { was, i, i };
        struct group right = { is, j, j };
        left = first <= 0 ? group_at(was, i) : left;
        right = first >= 0 ? group_at(is, j) : right;
        same += differ_group(&left, &right, &telling);
        i = left.until;
        j = right.until;
    }
    return same;
}
