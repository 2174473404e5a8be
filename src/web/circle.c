// circle: see circle.h.
//
// no unit test: needs CAS; tests/it/test_web_release.py watches it.

#include "web/circle.h"

#include "base/clk.h"
#include "base/mem.h"
#include "proto/accounts.pb-c.h"
#include "proto/cas.pb-c.h"
#include "web/web_int.h"
#include <stdlib.h>

enum { LOOK_EVERY_MS = 60000, FRESH_MS = 1000, AGAIN_MS = 2000 };

struct names {
    char **at; // owned, each too
    size_t count;
};

struct web_circle {
    struct web_circles *circles; // borrowed; NULL: they are gone
    char *user;                  // owned
    unsigned uses;               // streams, and asks under way
    unsigned asks;
    int64_t asked_ms;
    int64_t due_ms;
    struct names delegators;
    struct names groups;
};

static char *text_copy(const char *text)
{
    size_t len = strlen(text);
    char *copy = mem_new(len + 1);
    memcpy(copy, text, len);
    return copy;
}

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->at[i]);
    }
    free((void *)names->at);
    *names = (struct names){ .at = NULL };
}

static bool names_has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->at[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void names_add(struct names *names, const char *name)
{
    names->at = mem_grow((void *)names->at, (names->count + 1) * sizeof(*names->at));
    names->at[names->count++] = text_copy(name);
}

struct web_circle *web_circle_use(struct web_circles *circles, const char *user)
{
    struct web_circle *circle = map_find(&circles->all, str_of(user));
    if (circle == NULL) {
        circle = mem_new(sizeof(*circle));
        circle->circles = circles;
        circle->user = text_copy(user);
        map_set(&circles->all, str_of(circle->user), circle);
    }
    int64_t now = clk_mono_ms();
    if (now - circle->asked_ms > FRESH_MS) { // who comes wants it as it is now
        circle->due_ms = 0;
    }
    circle->uses++;
    web_circle_look(circle, now);
    return circle;
}

void web_circle_let_go(struct web_circle **circle)
{
    struct web_circle *old = *circle;
    *circle = NULL;
    if (old == NULL || --old->uses > 0) {
        return;
    }
    if (old->circles != NULL) {
        (void)map_drop(&old->circles->all, str_of(old->user));
    }
    names_free(&old->delegators);
    names_free(&old->groups);
    free(old->user);
    free(old);
}

// True: it is still wanted by somebody else than this ask.
static bool ask_ends(struct web_circle *circle, bool good)
{
    circle->asks--;
    if (!good) {
        circle->due_ms = clk_mono_ms() + AGAIN_MS;
    }
    return circle->uses > 1;
}

static void on_delegates(void *arg, const struct wire_answer *answer)
{
    struct web_circle *circle = arg;
    const Quoin__V1__ListDelegatesReply *reply =
        (const Quoin__V1__ListDelegatesReply *)answer->reply;
    if (ask_ends(circle, reply != NULL) && reply != NULL) {
        names_free(&circle->delegators);
        for (size_t i = 0; i < reply->n_delegators; i++) {
            names_add(&circle->delegators, reply->delegators[i]->user);
        }
    }
    web_circle_let_go(&circle);
}

static void on_person(void *arg, const struct wire_answer *answer)
{
    struct web_circle *circle = arg;
    const Quoin__V1__Person *reply = (const Quoin__V1__Person *)answer->reply;
    if (ask_ends(circle, reply != NULL) && reply != NULL) {
        names_free(&circle->groups);
        for (size_t i = 0; i < reply->n_groups; i++) {
            names_add(&circle->groups, reply->groups[i]);
        }
    }
    web_circle_let_go(&circle);
}

void web_circle_look(struct web_circle *circle, int64_t now_ms)
{
    Quoin__V1__ListDelegatesRequest delegates = QUOIN__V1__LIST_DELEGATES_REQUEST__INIT;
    Quoin__V1__GetPersonRequest person = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    struct wire_client *cas = circle->circles == NULL ? NULL : web_cas(circle->circles->web);
    if (circle->asks > 0 || now_ms < circle->due_ms || cas == NULL) {
        return;
    }
    circle->asked_ms = now_ms;
    circle->due_ms = now_ms + LOOK_EVERY_MS;
    circle->asks = 2;
    circle->uses += 2;
    delegates.user = circle->user;
    person.name = circle->user;
    (void)wire_ask(cas, "/quoin.v1.Credentials/ListDelegates", &delegates.base, 0, on_delegates,
                   circle);
    (void)wire_ask(cas, "/quoin.v1.People/GetPerson", &person.base, 0, on_person, circle);
}

void web_circle_doubt(struct web_circle *circle)
{
    circle->due_ms = 0;
}

bool web_circle_has(const struct web_circle *circle, const Quoin__V1__Job *job)
{
    static const char group[] = "group:";
    if (names_has(&circle->delegators, job->user)) {
        return true;
    }
    for (size_t i = 0; i < job->n_sent_to; i++) {
        if (strncmp(job->sent_to[i], group, sizeof(group) - 1) == 0 &&
            names_has(&circle->groups, job->sent_to[i] + sizeof(group) - 1)) {
            return true;
        }
    }
    return false;
}

void web_circles_free(struct web_circles *circles)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&circles->all, &at, &value);) {
        ((struct web_circle *)value)->circles = NULL; // an ask under way is its last use
    }
    map_free(&circles->all);
}
