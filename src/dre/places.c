// places: the Printers and Queues services of dre.proto. Loop thread.
//
// What changes something is answered once it is durable. Adding is idempotent by the key kept with
// what was added; setting by the keys of the last DRE_KEYS_MAX calls.
//
// no unit test: needs the whole engine; test_cli.py and test_policy_print.py in tests/it call it.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "dre/door_raw.h"
#include "ippc/uri.h"
#include "wire/seen.h"
#include <stdio.h>
#include <stdlib.h>

// A name that may stand in a URI: letters, digits, '-', '_', '.'.
static bool is_name(struct str name)
{
    for (size_t at = 0; at < name.len; at++) {
        char byte = name.ptr[at];
        bool is_word = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_' || byte == '.';
        if (!is_word) {
            return false;
        }
    }
    return name.len > 0 && name.len <= TABLE_NAME_MAX;
}

// --- calls that wait for the journal ------------------------------------------------------------

struct pending {
    struct dre *dre;
    struct wire_call_id call;
    char name[TABLE_NAME_MAX + 1];
    bool drop;
    bool is_queue;
};

static void answer_printer(struct wire_call *call, const struct printer *printer);
static void answer_queue(struct dre *dre, struct wire_call *call, const struct queue *queue);

static void on_stored(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    (void)write; // of what pending names
    struct pending pending = *(struct pending *)arg;
    free(arg);
    struct wire_call *call = wire_call_find(svc_server(pending.dre->svc), pending.call);
    if (call == NULL) {
        return;
    }
    struct str name = str_of(pending.name);
    const struct printer *printer = dre_table_printer_find(&pending.dre->table, name);
    const struct queue *queue = dre_table_queue_find(&pending.dre->table, name);
    Quoin__V1__Empty empty = QUOIN__V1__EMPTY__INIT;
    if (!ok) {
        wire_call_refuse(call, err, NULL);
    } else if (pending.drop) {
        wire_call_answer(call, &empty.base);
    } else if (pending.is_queue && queue != NULL) {
        answer_queue(pending.dre, call, queue);
    } else if (!pending.is_queue && printer != NULL) {
        answer_printer(call, printer);
    } else {
        dre_call_refuse(call, ERR_NOT_FOUND, "it was removed meanwhile");
    }
}

static struct pending *pending_new(struct dre *dre, struct wire_call *call, const char *name)
{
    struct pending *pending = mem_new(sizeof(*pending));
    pending->dre = dre;
    pending->call = wire_call_id(call);
    (void)snprintf(pending->name, sizeof(pending->name), "%s", name);
    return pending;
}

static void submit(struct dre *dre, struct wire_call *call, struct pending *pending,
                   struct journal_write *write)
{
    if (!dre_journal_submit(dre->journal, write)) {
        free(pending);
        dre_call_refuse(call, ERR_UNAVAILABLE, "the journal has too much to do; ask again");
    }
}

// Whether the asker has seen it as it is, where it says what it has seen; else the call is refused.
static bool is_as_seen(struct wire_call *call, const ProtobufCMessage *now)
{
    const Quoin__V1__Seen *seen = wire_call_seen(call);
    uint8_t hash[WIRE_SEEN_HASH];
    if (seen == NULL) {
        return true;
    }
    wire_seen_hash(now, hash);
    if (seen->hash.len == sizeof(hash) && memcmp(hash, seen->hash.data, sizeof(hash)) == 0) {
        return true;
    }
    struct err err;
    const char *const *reasons = NULL;
    (void)!wire_seen_refuse(&reasons, &err);
    wire_call_refuse(call, &err, reasons);
    return false;
}

// --- printers -----------------------------------------------------------------------------------

static void fill_printer(const struct printer *printer, struct arena *arena,
                         Quoin__V1__Printer *out)
{
    quoin__v1__printer__init(out);
    out->name = dre_call_text(arena, str_of(printer->name));
    out->uri = dre_call_text(arena, str_of(printer->uri));
    out->state = dre_call_text(arena, str_of(dre_printer_state(printer)));
    out->message = dre_call_text(arena, str_of(dre_printer_message(printer)));
    out->delivered = printer->delivered;
    out->pull_group = dre_call_text(arena, str_of(printer->pull_group));
    const struct ippd_finishings *can = &printer->finishings;
    out->finishings = arena_new_array(arena, can->count + 1, sizeof(*out->finishings));
    for (size_t at = 0; out->finishings != NULL && at < can->count; at++) {
        out->finishings[out->n_finishings++] =
            dre_call_text(arena, str_of(ippd_finishing_name(can->values[at])));
    }
}

static bool is_printer_as_seen(struct wire_call *call, const struct printer *printer)
{
    Quoin__V1__Printer now;
    fill_printer(printer, wire_call_arena(call), &now);
    return is_as_seen(call, &now.base);
}

static void answer_printer(struct wire_call *call, const struct printer *printer)
{
    Quoin__V1__Printer out;
    fill_printer(printer, wire_call_arena(call), &out);
    wire_call_answer(call, &out.base);
}

static const char bad_group[] =
    "a pull group's name has 1 to 127 letters, digits, '-', '_' and '.'";

// Only the way of IPP tells a printer what to do to the sheets.
static bool check_finishings(const struct ippd_finishings *can, const char *uri, struct err *err)
{
    return can->count == 0 || strncmp(uri, "socket:", 7) != 0 ||
           err_set(err, ERR_INVALID,
                   "finishings are of ipp:// and ipps:// printers: one at socket:// cannot be told "
                   "to staple or punch");
}

static bool read_finishings(char *const *words, size_t count, struct ippd_finishings *can,
                            struct err *err)
{
    *can = (struct ippd_finishings){ .count = 0 };
    for (size_t at = 0; at < count; at++) {
        if (!ippd_finishings_add(can, str_of(words[at]), err)) {
            return false;
        }
    }
    return true;
}

void dre_printer_add(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__AddPrinterRequest *ask = (const void *)asked;
    struct str name = str_of(ask->name);
    struct printer *printer = dre_table_printer_find(&dre->table, name);
    struct ippd_finishings finishings;
    struct err err;
    if (printer != NULL && memcmp(printer->key, ask->key.data, sizeof(printer->key)) == 0) {
        answer_printer(call, printer);
        return;
    }
    if (printer != NULL) {
        err_fill(&err, ERR_EXISTS, "there is a printer \"%s\" already", printer->name);
        wire_call_refuse(call, &err, NULL);
        return;
    }
    if (!is_name(name)) {
        dre_call_refuse(call, ERR_INVALID,
                        "a printer's name has 1 to 127 letters, digits, '-', '_' and '.'");
        return;
    }
    if (!ippc_uri_check(str_of(ask->uri), &err) ||
        !read_finishings(ask->finishings, ask->n_finishings, &finishings, &err) ||
        !check_finishings(&finishings, ask->uri, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    if (ask->pull_group[0] != '\0' && !is_name(str_of(ask->pull_group))) {
        dre_call_refuse(call, ERR_INVALID, bad_group);
        return;
    }
    printer = dre_table_printer_new(&dre->table, name);
    (void)snprintf(printer->pull_group, sizeof(printer->pull_group), "%s", ask->pull_group);
    (void)snprintf(printer->uri, sizeof(printer->uri), "%s", ask->uri);
    printer->finishings = finishings;
    memcpy(printer->key, ask->key.data, sizeof(printer->key));
    printer->created_at = clk_wall_ms();
    printer->changed_at = printer->created_at;
    struct pending *pending = pending_new(dre, call, printer->name);
    submit(dre, call, pending, dre_journal_printer(printer, false, on_stored, pending));
}

static int by_printer_name(const void *a, const void *b)
{
    return strcmp((*(struct printer *const *)a)->name, (*(struct printer *const *)b)->name);
}

static int by_queue_name(const void *a, const void *b)
{
    return strcmp((*(struct queue *const *)a)->name, (*(struct queue *const *)b)->name);
}

// All values of a map in the order of their names, in the arena.
static void **sorted(const struct map *map, struct arena *arena,
                     int (*compare)(const void *, const void *), size_t *count)
{
    void **all = arena_new_array(arena, map->count + 1, sizeof(*all));
    *count = 0;
    void *value = NULL;
    for (size_t at = 0; all != NULL && map_next(map, &at, &value);) {
        all[(*count)++] = value;
    }
    if (all != NULL) {
        qsort(all, *count, sizeof(*all), compare);
    }
    return all;
}

void dre_printer_list(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ListPrintersRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    size_t count = 0;
    void **all = sorted(&dre->table.printers, arena, by_printer_name, &count);
    Quoin__V1__ListPrintersReply reply = QUOIN__V1__LIST_PRINTERS_REPLY__INIT;
    uint32_t limit = dre_call_limit(ask->limit);
    reply.printers = arena_new_array(arena, limit, sizeof(*reply.printers));
    for (size_t at = 0; at < count && reply.printers != NULL; at++) {
        const struct printer *printer = all[at];
        if (strcmp(printer->name, ask->after) <= 0) {
            continue;
        }
        Quoin__V1__Printer *out = arena_new(arena, sizeof(*out));
        if (reply.n_printers == limit || out == NULL) {
            reply.more = true;
            break;
        }
        fill_printer(printer, arena, out);
        reply.printers[reply.n_printers++] = out;
    }
    wire_call_answer(call, &reply.base);
}

void dre_printer_remove(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__RemovePrinterRequest *ask = (const void *)asked;
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(ask->name));
    Quoin__V1__Empty empty = QUOIN__V1__EMPTY__INIT;
    if (printer == NULL) { // removed already: the same answer
        wire_call_answer(call, &empty.base);
        return;
    }
    if (!is_printer_as_seen(call, printer)) {
        return;
    }
    if (printer->queue_count > 0) {
        dre_call_refuse(call, ERR_CONFLICT, "queues print to this printer; remove them first");
        return;
    }
    if (dre_table_printer_has_jobs(&dre->table, printer)) {
        dre_call_refuse(call, ERR_CONFLICT,
                        "jobs wait for this printer; cancel them or let them print first");
        return;
    }
    struct pending *pending = pending_new(dre, call, printer->name);
    pending->drop = true;
    struct journal_write *write = dre_journal_printer(printer, true, on_stored, pending);
    dre_deliver_drop(dre, printer);
    dre_table_printer_drop(&dre->table, printer);
    submit(dre, call, pending, write);
}

// --- queues -------------------------------------------------------------------------------------

static void fill_queue(struct dre *dre, const struct queue *queue, struct arena *arena,
                       Quoin__V1__Queue *out)
{
    quoin__v1__queue__init(out);
    out->name = dre_call_text(arena, str_of(queue->name));
    out->mode = dre_call_text(arena, str_of(queue->holds ? "hold" : "direct"));
    out->printer = dre_call_text(arena, str_of(queue->printer->name));
    out->short_of_money = dre_call_text(arena, str_of(queue->hold_short ? "hold" : "refuse"));
    out->keep_hours = queue->keep_hours;
    out->account = dre_call_text(arena, str_of(queue->account));
    out->must_choose = queue->must_choose;
    out->measure_ink = queue->measure_ink;
    out->expire_hours = queue->expire_hours;
    out->trust = dre_call_text(arena, str_of(dre_trust_name(queue->trust)));
    out->guests = queue->guests;
    out->raw_port = queue->raw_port;
    out->announce = queue->announce;
    for (const struct job *job = queue->open.first; job != NULL;
         job = job->link[TABLE_BY_QUEUE].next) {
        out->held += job->core.state == JOB_HELD;
    }
    out->active = (int64_t)queue->open.count - out->held;
    const struct svc_settings *settings = svc_settings(dre->svc);
    char *uri = arena_textf(arena, "ipp://%s:%u/ipp/print/%s", settings->listen,
                            (unsigned)(ENGINE_IPP_PORT + settings->port_offset), queue->name);
    out->uri = uri == NULL ? dre_call_text(arena, STR("")) : uri;
}

static bool is_queue_as_seen(struct dre *dre, struct wire_call *call, const struct queue *queue)
{
    Quoin__V1__Queue now;
    fill_queue(dre, queue, wire_call_arena(call), &now);
    return is_as_seen(call, &now.base);
}

static void answer_queue(struct dre *dre, struct wire_call *call, const struct queue *queue)
{
    Quoin__V1__Queue out;
    fill_queue(dre, queue, wire_call_arena(call), &out);
    wire_call_answer(call, &out.base);
}

static bool read_mode(const char *text, const char *no, const char *yes, bool *is_yes)
{
    *is_yes = strcmp(text, yes) == 0;
    return *is_yes || text[0] == '\0' || strcmp(text, no) == 0;
}

// How a queue's jobs wait, and how they come besides by IPP.
struct waiting {
    uint32_t expire_hours; // 0: as it is without saying
    const char *trust;
    bool guests;
    uint32_t raw_port;
    bool announce;
};

static bool read_waiting(struct dre *dre, const struct waiting *asked, struct queue *queue,
                         struct err *err)
{
    void *other = NULL;
    if (asked->expire_hours > DRE_EXPIRE_HOURS_MAX) {
        return err_set(err, ERR_INVALID, "jobs wait for at most a year: 8784 hours");
    }
    if (!dre_trust_read(str_of(asked->trust), &queue->trust)) {
        return err_set(err, ERR_INVALID,
                       "\"%.40s\" is not how a user is known: claimed, address, agent, "
                       "authenticated",
                       asked->trust);
    }
    if (asked->raw_port > UINT16_MAX) {
        return err_set(err, ERR_INVALID, "a port of TCP is 1 to 65535; 0: none");
    }
    for (size_t at = 0; map_next(&dre->table.queues, &at, &other);) {
        const struct queue *taken = other;
        if (asked->raw_port != 0 && taken->raw_port == asked->raw_port &&
            strcmp(taken->name, queue->name) != 0) {
            return err_set(err, ERR_EXISTS, "port %u is queue %s's already", asked->raw_port,
                           taken->name);
        }
    }
    if (asked->raw_port != 0 && !dre_raw_check(dre, (uint16_t)asked->raw_port, err)) {
        return false;
    }
    queue->expire_hours = asked->expire_hours == 0 ? TABLE_EXPIRE_HOURS : asked->expire_hours;
    queue->guests = asked->guests;
    queue->raw_port = (uint16_t)asked->raw_port;
    queue->announce = asked->announce;
    return true;
}

static void make_queue(struct dre *dre, struct wire_call *call,
                       const Quoin__V1__AddQueueRequest *ask, struct printer *printer,
                       const struct queue *like)
{
    struct queue *queue = dre_table_queue_new(&dre->table, str_of(ask->name));
    queue->expire_hours = like->expire_hours;
    queue->trust = like->trust;
    queue->guests = like->guests;
    queue->raw_port = like->raw_port;
    queue->announce = like->announce;
    memcpy(queue->key, ask->key.data, sizeof(queue->key));
    rnd_bytes(queue->uuid, sizeof(queue->uuid));
    queue->uuid[6] = (uint8_t)((queue->uuid[6] & 0x0f) | 0x40); // RFC 9562: version 4
    queue->uuid[8] = (uint8_t)((queue->uuid[8] & 0x3f) | 0x80);
    dre_table_uuid_text(queue->uuid, queue->uuid_text);
    queue->holds = like->holds;
    queue->hold_short = like->hold_short;
    queue->keep_hours = ask->keep_hours;
    queue->must_choose = ask->must_choose;
    queue->measure_ink = ask->measure_ink;
    (void)snprintf(queue->account, sizeof(queue->account), "%s", ask->account);
    queue->created_at = clk_wall_ms();
    queue->changed_at = queue->created_at;
    queue->printer = printer;
    printer->queue_count++;
    dre_raw_follow(dre);
    dre_announce_follow(dre);
    struct pending *pending = pending_new(dre, call, queue->name);
    pending->is_queue = true;
    submit(dre, call, pending, dre_journal_queue(queue, false, on_stored, pending));
}

static const char bad_hours[] = "documents are kept for at most a year: 8784 hours";
static const char bad_payer[] =
    "a queue has an account of at most 255 bytes that pays, or people must choose one; not both";

static bool is_payer(const char *account, bool must_choose)
{
    return strlen(account) <= TABLE_ACCOUNT_MAX && !(must_choose && account[0] != '\0');
}

void dre_queue_add(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__AddQueueRequest *ask = (const void *)asked;
    struct queue *queue = dre_table_queue_find(&dre->table, str_of(ask->name));
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(ask->printer));
    struct queue like = { .name = "" };
    const struct waiting waiting = { ask->expire_hours, ask->trust, ask->guests, ask->raw_port,
                                     ask->announce };
    struct err err;
    if (queue != NULL && memcmp(queue->key, ask->key.data, sizeof(queue->key)) == 0) {
        answer_queue(dre, call, queue);
    } else if (queue != NULL) {
        err_fill(&err, ERR_EXISTS, "there is a queue \"%s\" already", queue->name);
        wire_call_refuse(call, &err, NULL);
    } else if (!is_name(str_of(ask->name))) {
        dre_call_refuse(call, ERR_INVALID,
                        "a queue's name has 1 to 127 letters, digits, '-', '_' and '.'");
    } else if (printer == NULL) {
        err_fill(&err, ERR_NOT_FOUND, "there is no printer \"%.100s\"; add it first", ask->printer);
        wire_call_refuse(call, &err, NULL);
    } else if (!read_mode(ask->mode, "direct", "hold", &like.holds)) {
        dre_call_refuse(call, ERR_INVALID, "a queue's mode is \"direct\" or \"hold\"");
    } else if (!read_mode(ask->short_of_money, "refuse", "hold", &like.hold_short)) {
        dre_call_refuse(call, ERR_INVALID, "short of money means \"refuse\" or \"hold\"");
    } else if (ask->keep_hours > DRE_KEEP_HOURS_MAX) {
        dre_call_refuse(call, ERR_INVALID, bad_hours);
    } else if (!is_payer(ask->account, ask->must_choose)) {
        dre_call_refuse(call, ERR_INVALID, bad_payer);
    } else if (!read_waiting(dre, &waiting, &like, &err)) {
        wire_call_refuse(call, &err, NULL);
    } else {
        make_queue(dre, call, ask, printer, &like);
    }
}

void dre_queue_list(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ListQueuesRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    size_t count = 0;
    void **all = sorted(&dre->table.queues, arena, by_queue_name, &count);
    Quoin__V1__ListQueuesReply reply = QUOIN__V1__LIST_QUEUES_REPLY__INIT;
    uint32_t limit = dre_call_limit(ask->limit);
    reply.queues = arena_new_array(arena, limit, sizeof(*reply.queues));
    for (size_t at = 0; at < count && reply.queues != NULL; at++) {
        const struct queue *queue = all[at];
        if (strcmp(queue->name, ask->after) <= 0) {
            continue;
        }
        Quoin__V1__Queue *out = arena_new(arena, sizeof(*out));
        if (reply.n_queues == limit || out == NULL) {
            reply.more = true;
            break;
        }
        fill_queue(dre, queue, arena, out);
        reply.queues[reply.n_queues++] = out;
    }
    wire_call_answer(call, &reply.base);
}

// --- setting ------------------------------------------------------------------------------------

static bool is_set(char *const *set, size_t count, const char *name)
{
    for (size_t at = 0; at < count; at++) {
        if (strcmp(set[at], name) == 0) {
            return true;
        }
    }
    return false;
}

// Every name is one that may be set; else the call is refused.
static bool may_set(struct wire_call *call, char *const *set, size_t count,
                    const char *const *names)
{
    for (size_t at = 0; at < count; at++) {
        const char *const *name = names;
        while (*name != NULL && strcmp(*name, set[at]) != 0) {
            name++;
        }
        if (*name == NULL) {
            struct err err;
            err_fill(&err, ERR_INVALID, "\"%.40s\" cannot be set here", set[at]);
            wire_call_refuse(call, &err, NULL);
            return false;
        }
    }
    return true;
}

static bool is_seen(struct dre *dre, ProtobufCBinaryData key)
{
    return map_find(&dre->keys, map_key(key.data, key.len)) != NULL;
}

static bool change_finishings(const struct printer *printer,
                              const Quoin__V1__SetPrinterRequest *ask, bool sets_uri,
                              struct ippd_finishings *can, struct err *err)
{
    *can = printer->finishings;
    return (!is_set(ask->set, ask->n_set, "finishings") ||
            read_finishings(ask->finishings, ask->n_finishings, can, err)) &&
           check_finishings(can, sets_uri ? ask->uri : printer->uri, err);
}

void dre_printer_set(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    static const char *const names[] = { "uri", "pull_group", "finishings", NULL };
    struct dre *dre = engine;
    const Quoin__V1__SetPrinterRequest *ask = (const void *)asked;
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(ask->name));
    bool sets_uri = is_set(ask->set, ask->n_set, "uri");
    bool sets_group = is_set(ask->set, ask->n_set, "pull_group");
    struct ippd_finishings finishings;
    struct err err;
    if (printer == NULL) {
        err_fill(&err, ERR_NOT_FOUND, "there is no printer \"%.100s\"", ask->name);
        wire_call_refuse(call, &err, NULL);
    } else if (is_seen(dre, ask->key)) {
        answer_printer(call, printer);
    } else if (!is_printer_as_seen(call, printer)) {
        return;
    } else if (!may_set(call, ask->set, ask->n_set, names)) {
        return;
    } else if ((sets_uri && !ippc_uri_check(str_of(ask->uri), &err)) ||
               !change_finishings(printer, ask, sets_uri, &finishings, &err)) {
        wire_call_refuse(call, &err, NULL);
    } else if (sets_uri && strcmp(ask->uri, printer->uri) != 0 &&
               dre_table_printer_has_jobs(&dre->table, printer)) {
        dre_call_refuse(call, ERR_CONFLICT,
                        "jobs wait for this printer; cancel them or let them print first");
    } else if (sets_group && ask->pull_group[0] != '\0' && !is_name(str_of(ask->pull_group))) {
        dre_call_refuse(call, ERR_INVALID, bad_group);
    } else {
        dre_call_remember(dre, ask->key);
        printer->finishings = finishings;
        if (sets_uri) {
            (void)snprintf(printer->uri, sizeof(printer->uri), "%s", ask->uri);
            printer->lacks_until = 0;
        }
        if (sets_group) {
            (void)snprintf(printer->pull_group, sizeof(printer->pull_group), "%s", ask->pull_group);
        }
        struct pending *pending = pending_new(dre, call, printer->name);
        submit(dre, call, pending, dre_journal_printer(printer, false, on_stored, pending));
    }
}

static bool change_waiting(struct dre *dre, struct wire_call *call,
                           const Quoin__V1__SetQueueRequest *ask, struct queue *queue)
{
    char *const *set = ask->set;
    size_t count = ask->n_set;
    struct err err;
    const struct waiting waiting = {
        is_set(set, count, "expire_hours") ? ask->expire_hours : queue->expire_hours,
        is_set(set, count, "trust") ? ask->trust : dre_trust_name(queue->trust),
        is_set(set, count, "guests") ? ask->guests : queue->guests,
        is_set(set, count, "raw_port") ? ask->raw_port : queue->raw_port,
        is_set(set, count, "announce") ? ask->announce : queue->announce,
    };
    if (!read_waiting(dre, &waiting, queue, &err)) {
        wire_call_refuse(call, &err, NULL);
        return false;
    }
    return true;
}

// What a queue becomes, as a copy. False: the call is refused.
static bool read_change(struct dre *dre, struct wire_call *call,
                        const Quoin__V1__SetQueueRequest *ask, struct queue *queue)
{
    char *const *set = ask->set;
    size_t count = ask->n_set;
    struct err err;
    if (is_set(set, count, "mode") && !read_mode(ask->mode, "direct", "hold", &queue->holds)) {
        dre_call_refuse(call, ERR_INVALID, "a queue's mode is \"direct\" or \"hold\"");
        return false;
    }
    if (is_set(set, count, "short_of_money") &&
        !read_mode(ask->short_of_money, "refuse", "hold", &queue->hold_short)) {
        dre_call_refuse(call, ERR_INVALID, "short of money means \"refuse\" or \"hold\"");
        return false;
    }
    if (is_set(set, count, "printer")) {
        queue->printer = dre_table_printer_find(&dre->table, str_of(ask->printer));
    }
    if (queue->printer == NULL) {
        err_fill(&err, ERR_NOT_FOUND, "there is no printer \"%.100s\"; add it first", ask->printer);
        wire_call_refuse(call, &err, NULL);
        return false;
    }
    queue->keep_hours = is_set(set, count, "keep_hours") ? ask->keep_hours : queue->keep_hours;
    if (queue->keep_hours > DRE_KEEP_HOURS_MAX) {
        dre_call_refuse(call, ERR_INVALID, bad_hours);
        return false;
    }
    const char *account = is_set(set, count, "account") ? ask->account : queue->account;
    queue->must_choose = is_set(set, count, "must_choose") ? ask->must_choose : queue->must_choose;
    queue->measure_ink = is_set(set, count, "measure_ink") ? ask->measure_ink : queue->measure_ink;
    if (!is_payer(account, queue->must_choose)) {
        dre_call_refuse(call, ERR_INVALID, bad_payer);
        return false;
    }
    if (account != queue->account) {
        (void)snprintf(queue->account, sizeof(queue->account), "%s", account);
    }
    return change_waiting(dre, call, ask, queue);
}

void dre_queue_set(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    static const char *const names[] = { "mode",    "printer",     "short_of_money", "keep_hours",
                                         "account", "must_choose", "measure_ink",    "expire_hours",
                                         "trust",   "guests",      "raw_port",       "announce",
                                         NULL };
    struct dre *dre = engine;
    const Quoin__V1__SetQueueRequest *ask = (const void *)asked;
    struct queue *queue = dre_table_queue_find(&dre->table, str_of(ask->name));
    struct err err;
    if (queue == NULL) {
        err_fill(&err, ERR_NOT_FOUND, "there is no queue \"%.100s\"", ask->name);
        wire_call_refuse(call, &err, NULL);
        return;
    }
    if (is_seen(dre, ask->key)) {
        answer_queue(dre, call, queue);
        return;
    }
    struct queue changed = *queue;
    if (!is_queue_as_seen(dre, call, queue) || !may_set(call, ask->set, ask->n_set, names) ||
        !read_change(dre, call, ask, &changed)) {
        return;
    }
    dre_call_remember(dre, ask->key);
    queue->printer->queue_count--;
    changed.printer->queue_count++;
    changed.changed_at = clk_wall_ms();
    *queue = changed; // links and lists are the same
    dre_raw_follow(dre);
    dre_announce_follow(dre);
    struct pending *pending = pending_new(dre, call, queue->name);
    pending->is_queue = true;
    submit(dre, call, pending, dre_journal_queue(queue, false, on_stored, pending));
}

// --- removing -----------------------------------------------------------------------------------

static bool has_live_ended(const struct queue *queue)
{
    for (const struct job *job = queue->ended.first; job != NULL;
         job = job->link[TABLE_BY_QUEUE].next) {
        if (job->live != NULL) {
            return true;
        }
    }
    return false;
}

void dre_queue_remove(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__RemoveQueueRequest *ask = (const void *)asked;
    struct queue *queue = dre_table_queue_find(&dre->table, str_of(ask->name));
    Quoin__V1__Empty empty = QUOIN__V1__EMPTY__INIT;
    if (queue == NULL) { // removed already: the same answer
        wire_call_answer(call, &empty.base);
        return;
    }
    if (!is_queue_as_seen(dre, call, queue)) {
        return;
    }
    if (queue->open.count > 0 || has_live_ended(queue)) {
        dre_call_refuse(call, ERR_CONFLICT,
                        "the queue has jobs; cancel them or let them print first");
        return;
    }
    struct pending *pending = pending_new(dre, call, queue->name);
    pending->drop = true;
    struct journal_write *write = dre_journal_queue(queue, true, on_stored, pending);
    dre_table_queue_drop(&dre->table, queue);
    dre_raw_follow(dre);
    dre_announce_follow(dre);
    submit(dre, call, pending, write);
}
