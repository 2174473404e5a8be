// finishing: see finishing.h.

#include "ippd/finishing.h"

#include <assert.h>

static const struct finishing {
    uint16_t value;
    const char *name;
} finishings[] = {
#define FINISHING(value, name) { value, name },
#include "ippd/finishing.tbl.h"
#undef FINISHING
};

static_assert(sizeof(finishings) / sizeof(finishings[0]) <= IPPD_FINISHINGS_KNOWN,
              "a set holds them all");

const char *ippd_finishing_name(uint16_t value)
{
    for (size_t at = 0; at < sizeof(finishings) / sizeof(finishings[0]); at++) {
        if (finishings[at].value == value) {
            return finishings[at].name;
        }
    }
    return NULL;
}

bool ippd_finishing_is_known(int32_t value)
{
    return value > 0 && value <= UINT16_MAX && ippd_finishing_name((uint16_t)value) != NULL;
}

bool ippd_finishings_has(const struct ippd_finishings *set, int32_t value)
{
    for (size_t at = 0; at < set->count; at++) {
        if (set->values[at] == value) {
            return true;
        }
    }
    return false;
}

static void set_add(struct ippd_finishings *set, uint16_t value)
{
    size_t at = set->count;
    if (ippd_finishings_has(set, value)) {
        return;
    }
    for (; at > 0 && set->values[at - 1] > value; at--) {
        set->values[at] = set->values[at - 1];
    }
    set->values[at] = value;
    set->count++;
}

bool ippd_finishings_add(struct ippd_finishings *set, struct str word, struct err *err)
{
    if (str_eq(word, STR("none"))) {
        return true;
    }
    for (size_t at = 0; at < sizeof(finishings) / sizeof(finishings[0]); at++) {
        if (str_eq(word, str_of(finishings[at].name))) {
            set_add(set, finishings[at].value);
            return true;
        }
    }
    return err_set(err, ERR_INVALID,
                   "\"%.*s\" is no finishing: write staple, punch, fold, bind, trim, "
                   "saddle-stitch, booklet-maker or another keyword of PWG 5100.1, such as "
                   "staple-top-left and punch-dual-left",
                   (int)(word.len > 40 ? 40 : word.len), word.ptr);
}

bool ippd_finishings_read(struct ippd_finishings *set, struct str words, struct err *err)
{
    *set = (struct ippd_finishings){ .count = 0 };
    while (words.len > 0) {
        size_t len = 0;
        while (len < words.len && words.ptr[len] != ',') {
            len++;
        }
        if (!ippd_finishings_add(set, (struct str){ words.ptr, len }, err)) {
            return false;
        }
        len += len < words.len ? 1 : 0;
        words = (struct str){ words.ptr + len, words.len - len };
    }
    return true;
}

void ippd_finishings_write(const struct ippd_finishings *set, struct buf *to)
{
    for (size_t at = 0; at < set->count; at++) {
        buf_addf(to, "%s%s", at > 0 ? "," : "", ippd_finishing_name(set->values[at]));
    }
}
