// secret: what opens devices to SNMP: communities and passwords. They are given by an
// administrator, kept in the store, read when the engine begins, and never told again. "*" stands
// for every device that has none of its own. A device's own are for the address that it had then:
// who may change the address does not learn them by naming a host of his. Loop thread.
//
// no unit test: needs the engine and its store; tests/it/test_dme.py gives and takes them.

#include "dme/dme_int.h"

#include "base/log.h"
#include "base/mem.h"
#include "dme/alerts_db.h"
#include "dme/look.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    GIVEN = 3, // of the fields; the last is the address that they are for
    FIELDS = 4,
    FIELD_MAX = 255,
    SECRETS_MAX = FIELDS * DME_DEVICES_MAX,
    SECRETS_BYTES = 64 << 20
};

static const char *const field_names[FIELDS] = { "community", "auth", "privacy", "address" };

struct kept {
    char *fields[FIELDS]; // owned; NULL: none
};

static void wiped(char **text)
{
    if (*text != NULL) {
        mem_wipe(*text, strlen(*text));
        free(*text);
        *text = NULL;
    }
}

static void kept_free(struct kept *kept)
{
    for (size_t at = 0; kept != NULL && at < FIELDS; at++) {
        wiped(&kept->fields[at]);
    }
    free(kept);
}

static void take(struct dme *dme, struct str name, size_t field, struct str value)
{
    struct kept *kept = map_find(&dme->secrets, name);
    if (kept == NULL) {
        kept = mem_new(sizeof(*kept));
        map_set(&dme->secrets, name, kept);
    }
    wiped(&kept->fields[field]);
    if (value.len > 0) {
        kept->fields[field] = mem_new(value.len + 1);
        memcpy(kept->fields[field], value.ptr, value.len);
    }
}

bool dme_secrets_load(struct dme *dme, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(SECRETS_BYTES);
    struct secret_row *rows = arena_new_array(&arena, SECRETS_MAX, sizeof(*rows));
    size_t count = 0;
    if (!dme_secret_list(dme_store_part(dme->store, STORE_ALERTS), STR("device"), SECRETS_MAX,
                         &arena, rows, &count, err)) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        for (size_t field = 0; field < FIELDS; field++) {
            if (str_eq(rows[at].field, str_of(field_names[field]))) {
                take(dme, rows[at].name, field, rows[at].value);
            }
        }
    }
    return true;
}

void dme_secrets_fini(struct dme *dme)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&dme->secrets, &at, &value);) {
        kept_free(value);
    }
    map_free(&dme->secrets);
}

void dme_secret_find(const struct dme *dme, const struct watched *watched,
                     struct dme_secret *secret)
{
    char host[FIELD_MAX + 1];
    const struct kept *own =
        watched == NULL ? NULL : map_find(&dme->secrets, str_of(watched->name));
    const struct kept *found = own != NULL ? own : map_find(&dme->secrets, STR("*"));
    bool is_moved =
        own != NULL && (own->fields[GIVEN] == NULL || !dme_look_host(watched, host, sizeof(host)) ||
                        strcmp(host, own->fields[GIVEN]) != 0);
    *secret = (struct dme_secret){ .is_moved = is_moved };
    if (found != NULL && !is_moved) {
        secret->community = found->fields[0];
        secret->auth = found->fields[1];
        secret->privacy = found->fields[2];
    }
}

// --- the call -----------------------------------------------------------------------------------

struct putting {
    struct store_task task; // first
    struct dme *dme;
    struct wire_call_id call;
    char name[DME_NAME_MAX + 1];
    char fields[FIELDS][FIELD_MAX + 1];
};

static bool put_run(struct store_task *task, struct err *err)
{
    struct putting *putting = (struct putting *)(void *)task;
    struct alerts_db *db = dme_store_part(task->store, STORE_ALERTS);
    for (size_t at = 0; at < FIELDS; at++) {
        if (!dme_secret_put(db, STR("device"), str_of(putting->name), str_of(field_names[at]),
                            str_of(putting->fields[at]), err)) {
            return false;
        }
    }
    return true;
}

// Devices that are asked with it: anew, with what is known now.
static void asked_anew(struct dme *dme, const char *name)
{
    for (size_t at = 0; at < dme->list_count; at++) {
        struct watched *watched = dme->list[at];
        if (strcmp(name, "*") == 0 || strcmp(name, watched->name) == 0) {
            dme_look_cancel(watched);
            dme_snmp_forget(watched);
            if (strcmp(name, "*") != 0) {
                dme_watched_soon(watched);
            }
        }
    }
}

static void put_done(struct store_task *task, bool ok, const struct err *err)
{
    struct putting *putting = (struct putting *)(void *)task;
    struct dme *dme = putting->dme;
    struct wire_call *call =
        dme->ending ? NULL : wire_call_find(svc_server(dme->svc), putting->call);
    bool is_none = true;
    Quoin__V1__Empty reply = QUOIN__V1__EMPTY__INIT;
    for (size_t at = 0; ok && at < FIELDS; at++) {
        is_none = is_none && (at == GIVEN || putting->fields[at][0] == '\0');
        take(dme, str_of(putting->name), at, str_of(putting->fields[at]));
    }
    if (ok && is_none) {
        kept_free(map_drop(&dme->secrets, str_of(putting->name)));
    }
    if (ok && !dme->ending) {
        asked_anew(dme, putting->name);
        log_event(LOG_INFO, is_none ? "secret.dropped" : "secret.set",
                  log_text("device", putting->name));
    }
    if (call != NULL && ok) {
        wire_call_answer(call, &reply.base);
    } else if (call != NULL) {
        wire_call_refuse(call, err, NULL);
    }
    mem_wipe(putting->fields, sizeof(putting->fields));
    free(putting);
}

static bool read_fields(struct putting *putting, const Quoin__V1__SetMonitorSecretRequest *ask,
                        struct err *err)
{
    const char *const given[GIVEN] = { ask->community, ask->auth_secret, ask->privacy_secret };
    for (size_t at = 0; at < GIVEN; at++) {
        if (strlen(given[at]) > FIELD_MAX) {
            return err_set(err, ERR_INVALID, "a secret of SNMP has at most %d bytes", FIELD_MAX);
        }
        if (at > 0 && given[at][0] != '\0' && strlen(given[at]) < 8) {
            return err_set(err, ERR_INVALID, "a password of SNMP v3 has at least 8 characters");
        }
        (void)snprintf(putting->fields[at], sizeof(putting->fields[at]), "%s", given[at]);
    }
    return true;
}

void dme_set_monitor_secret(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__SetMonitorSecretRequest *ask = (const void *)asked;
    struct err err;
    struct putting *putting = mem_new(sizeof(*putting));
    const struct watched *watched = dme_watched_find(dme, ask->device);
    bool is_known = strcmp(ask->device, "*") == 0 || watched != NULL;
    putting->task = (struct store_task){ .run = put_run, .done = put_done };
    putting->dme = dme;
    putting->call = wire_call_id(call);
    (void)snprintf(putting->name, sizeof(putting->name), "%s", ask->device);
    bool ok = is_known || err_set(&err, ERR_NOT_FOUND,
                                  "no device \"%.100s\" is watched; quoin device status lists "
                                  "them, and \"*\" stands for all",
                                  ask->device);
    if (watched != NULL) {
        char *host = putting->fields[GIVEN];
        ok = dme_look_host(watched, host, sizeof(putting->fields[GIVEN])) ||
             err_set(&err, ERR_INVALID, "\"%.100s\" has no address that can be asked", ask->device);
    }
    ok = ok && read_fields(putting, ask, &err);
    if (ok && !dme_store_add(dme->store, &putting->task)) {
        ok = err_set(&err, ERR_UNAVAILABLE, "the store takes nothing now; try again");
    }
    if (!ok) {
        wire_call_refuse(call, &err, NULL);
        mem_wipe(putting->fields, sizeof(putting->fields));
        free(putting);
    }
}
