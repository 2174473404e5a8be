// strangers: see strangers.h.
#include "svc/strangers.h"

#include "base/enc.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

enum { ADDRESS_MAX = 46, IDENTITY_MAX = 128, WHY_MAX = 160 };

struct stranger {
    char address[ADDRESS_MAX];
    char identity[IDENTITY_MAX];
    char why[WHY_MAX];
    int64_t calls;
    int64_t first_at;
    int64_t last_at;
};

struct svc_strangers {
    struct stranger all[SVC_STRANGERS_MAX - 1];
    size_t count;
    struct stranger others; // those that are counted together; no calls: none
    Quoin__V1__Stranger told[SVC_STRANGERS_MAX];
    const Quoin__V1__Stranger *list[SVC_STRANGERS_MAX];
};

struct svc_strangers *svc_strangers_new(void)
{
    return mem_new(sizeof(struct svc_strangers));
}

void svc_strangers_free(struct svc_strangers **strangers)
{
    free(*strangers);
    *strangers = NULL;
}

static void keep(char *to, size_t size, struct str from)
{
    (void)snprintf(to, size, "%.*s", (int)(from.len < size ? from.len : size - 1), from.ptr);
    enc_make_plain(to, strlen(to));
}

// Whose count it is: its own, a free one, that of who has rested, or the common one.
static struct stranger *find(struct svc_strangers *strangers, const struct stranger *who)
{
    struct stranger *rested = NULL;
    for (size_t i = 0; i < strangers->count; i++) {
        struct stranger *one = &strangers->all[i];
        if (strcmp(one->address, who->address) == 0 && strcmp(one->identity, who->identity) == 0) {
            return one;
        }
        if (who->first_at - one->last_at >= SVC_STRANGERS_REST_MS) {
            rested = one;
        }
    }
    bool has_room = strangers->count < SVC_STRANGERS_MAX - 1;
    struct stranger *fresh = has_room ? &strangers->all[strangers->count++] : rested;
    if (fresh != NULL) {
        *fresh = *who;
        return fresh;
    }
    if (strangers->others.calls == 0) {
        strangers->others.first_at = who->first_at;
    }
    return &strangers->others;
}

void svc_strangers_note(struct svc_strangers *strangers, struct str from, struct str identity,
                        const char *why, int64_t now)
{
    struct stranger who = { .first_at = now };
    keep(who.address, sizeof(who.address), from);
    keep(who.identity, sizeof(who.identity), identity);
    struct stranger *one = find(strangers, &who);
    keep(one->why, sizeof(one->why), str_of(why));
    one->calls++;
    one->last_at = now;
}

static int newest_first(const void *a, const void *b)
{
    const Quoin__V1__Stranger *one = *(Quoin__V1__Stranger *const *)a;
    const Quoin__V1__Stranger *other = *(Quoin__V1__Stranger *const *)b;
    return one->last_at == other->last_at ? 0 : one->last_at > other->last_at ? -1 : 1;
}

static void tell(struct svc_strangers *strangers, size_t at, struct stranger *one)
{
    static char together[] = "others";
    Quoin__V1__Stranger *told = &strangers->told[at];
    quoin__v1__stranger__init(told);
    told->address = one == &strangers->others ? together : one->address;
    told->identity = one->identity;
    told->why = one->why;
    told->calls = one->calls;
    told->first_at = one->first_at;
    told->last_at = one->last_at;
    strangers->list[at] = told;
}

size_t svc_strangers_list(struct svc_strangers *strangers, const Quoin__V1__Stranger *const **list)
{
    size_t count = strangers->count;
    for (size_t i = 0; i < count; i++) {
        tell(strangers, i, &strangers->all[i]);
    }
    if (strangers->others.calls > 0) {
        tell(strangers, count++, &strangers->others);
    }
    qsort(strangers->list, count, sizeof(strangers->list[0]), newest_first);
    *list = strangers->list;
    return count;
}
