// cli/things: see things.h.
// no unit test: needs running engines; tests/it/test_config.py asks by every command of a real site

#include "cli/things.h"

#include "base/fs.h"
#include "base/mem.h"
#include "calendar/load.h"
#include "cli/ask.h"
#include "cli/queues.h"
#include "manifest/message.h"
#include "proto/config.pb-c.h"
#include "proto/credential.pb-c.h"
#include "proto/dce.pb-c.h"
#include "proto/dme.pb-c.h"
#include "proto/dre.pb-c.h"
#include "proto/payers.pb-c.h"
#include "proto/policy.pb-c.h"
#include "proto/price.pb-c.h"
#include "proto/quota.pb-c.h"

#include <stdlib.h>
#include <unistd.h>

enum { THINGS_PAGE = 500 };

static const struct {
    const char *kind;
    const char *name;
    const ProtobufCMessageDescriptor *descriptor;
} things_kinds[] = {
#define THING(kind, name, stem) { kind, name, &quoin__v1__##stem##__descriptor },
#include "model/thing.tbl.h"
#undef THING
};
enum { THINGS_KINDS = sizeof(things_kinds) / sizeof(things_kinds[0]) };

int cli_thing_kind(const char *kind, const char *name,
                   const ProtobufCMessageDescriptor **descriptor)
{
    for (int i = 0; i < THINGS_KINDS; i++) {
        if (strcmp(kind, things_kinds[i].kind) == 0 &&
            (things_kinds[i].name == NULL || name == NULL ||
             strcmp(name, things_kinds[i].name) == 0)) {
            *descriptor = things_kinds[i].descriptor;
            return i;
        }
    }
    return -1;
}

static bool things_full(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the configuration is too large for this command");
}

static struct cli_thing *things_new(struct cli *cli, struct cli_things *things)
{
    if (things->count == things->size) {
        size_t size = things->size == 0 ? 64 : things->size * 2;
        struct cli_thing *list = arena_new_array(&cli->arena, size, sizeof(*list));
        if (list == NULL) {
            return NULL;
        }
        if (things->count > 0) {
            memcpy(list, things->list, things->count * sizeof(*list));
        }
        things->list = list;
        things->size = size;
    }
    return &things->list[things->count++];
}

// Freed with cli's arena: never freed alone.
static void *things_alloc(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void things_free(void *arena, void *at)
{
    (void)arena;
    (void)at;
}

void *cli_thing_unpack(struct cli *cli, const ProtobufCMessageDescriptor *descriptor,
                       struct str body)
{
    ProtobufCAllocator allocator = { things_alloc, things_free, &cli->arena };
    return protobuf_c_message_unpack(descriptor, &allocator, body.len, (const uint8_t *)body.ptr);
}

// ---- as the engines have it --------------------------------------------------------------------

static bool things_add(struct cli *cli, struct cli_things *things, const char *kind,
                       const char *name, struct str body, struct err *err)
{
    const ProtobufCMessageDescriptor *descriptor;
    if (cli_thing_kind(kind, name, &descriptor) < 0) {
        return err_set(err, ERR_INVALID,
                       "the site has %s %.80s, which this quoin does not know: use the newer one",
                       kind, name);
    }
    struct cli_thing *thing = things_new(cli, things);
    if (thing == NULL) {
        return things_full(err);
    }
    *thing = (struct cli_thing){ .kind = arena_text(&cli->arena, str_of(kind)),
                                 .name = arena_text(&cli->arena, str_of(name)),
                                 .descriptor = descriptor,
                                 .body = arena_copy(&cli->arena, body) };
    return arena_ok(&cli->arena) || things_full(err);
}

static bool things_add_message(struct cli *cli, struct cli_things *things, const char *kind,
                               const char *name, const ProtobufCMessage *message, struct err *err)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = mem_new(len + 1);
    (void)protobuf_c_message_pack(message, bytes);
    bool good = things_add(cli, things, kind, name, (struct str){ (const char *)bytes, len }, err);
    free(bytes);
    return good;
}

static bool things_printers(struct cli *cli, struct cli_things *things, struct err *err)
{
    const Quoin__V1__ListPrintersReply *page;
    const char *after = "";
    do {
        Quoin__V1__ListPrintersRequest request = QUOIN__V1__LIST_PRINTERS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = cli_field(after);
        request.limit = THINGS_PAGE;
        if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/ListPrinters", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListPrintersReply *)reply;
        for (size_t i = 0; i < page->n_printers; i++) {
            Quoin__V1__PrinterThing thing = QUOIN__V1__PRINTER_THING__INIT;
            thing.uri = page->printers[i]->uri;
            thing.pull_group = page->printers[i]->pull_group;
            thing.n_finishings = page->printers[i]->n_finishings;
            thing.finishings = page->printers[i]->finishings;
            after = page->printers[i]->name;
            if (!things_add_message(cli, things, "printer", after, &thing.base, err)) {
                return false;
            }
        }
    } while (page->more && page->n_printers > 0);
    return true;
}

struct queues_kept {
    struct cli *cli;
    struct cli_things *things;
    struct err *err;
    bool all;
};

static void keep_queue(void *arg, const Quoin__V1__Queue *queue)
{
    struct queues_kept *kept = arg;
    Quoin__V1__QueueThing thing = QUOIN__V1__QUEUE_THING__INIT;
    thing.mode = queue->mode;
    thing.printer = queue->printer;
    thing.short_of_money = queue->short_of_money;
    thing.keep_hours = queue->keep_hours;
    thing.account = queue->account;
    thing.must_choose = queue->must_choose;
    thing.measure_ink = queue->measure_ink;
    thing.expire_hours = queue->expire_hours;
    thing.trust = queue->trust;
    thing.guests = queue->guests;
    thing.raw_port = queue->raw_port;
    thing.announce = queue->announce;
    kept->all = kept->all && things_add_message(kept->cli, kept->things, "queue", queue->name,
                                                &thing.base, kept->err);
}

static bool things_queues(struct cli *cli, struct cli_things *things, struct err *err)
{
    struct queues_kept kept = { cli, things, err, true };
    return cli_queues_walk(cli, keep_queue, &kept, err) && kept.all;
}

static bool things_kept(struct cli *cli, struct cli_things *things, const char *kind,
                        struct err *err)
{
    const Quoin__V1__ListThingsReply *page;
    const char *after = "";
    do {
        Quoin__V1__ListThingsRequest request = QUOIN__V1__LIST_THINGS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.kind = cli_field(kind);
        request.after = cli_field(after);
        request.limit = THINGS_PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/ListThings", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListThingsReply *)reply;
        if (things->change >= 0 && things->change != page->change) {
            return err_set(err, ERR_CONFLICT,
                           "the configuration was changed while it was read; try again");
        }
        things->change = page->change;
        for (size_t i = 0; i < page->n_things; i++) {
            const Quoin__V1__Thing *thing = page->things[i];
            struct str body = { (const char *)thing->body.data, thing->body.len };
            after = thing->name;
            if (!things_add(cli, things, kind, after, body, err)) {
                return false;
            }
        }
    } while (page->more && page->n_things > 0);
    return true;
}

bool cli_site_zone(struct cli *cli, const struct calendar_zone **zone, struct err *err)
{
    Quoin__V1__GetSiteTimeRequest request = QUOIN__V1__GET_SITE_TIME_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/GetSiteTime", &request.base, &reply, err) &&
           calendar_zone_load(str_of(((const Quoin__V1__SiteTime *)(const void *)reply)->zone),
                              &cli->arena, zone, err);
}

bool cli_things_now(struct cli *cli, const char *kind, struct cli_things *things, struct err *err)
{
    const char *last = "";
    *things = (struct cli_things){ .change = -1 };
    if (!cli_site_zone(cli, &things->zone, err)) {
        return false;
    }
    for (int i = 0; i < THINGS_KINDS; i++) {
        const char *at = things_kinds[i].kind;
        bool is_asked = kind == NULL || strcmp(kind, at) == 0;
        if (!is_asked || strcmp(at, last) == 0) { // a kind may have several lines in the table
            continue;
        }
        last = at;
        bool good = strcmp(at, "printer") == 0 ? things_printers(cli, things, err)
                    : strcmp(at, "queue") == 0 ? things_queues(cli, things, err)
                                               : things_kept(cli, things, at, err);
        if (!good) {
            return false;
        }
    }
    return true;
}

// ---- as a file says it -------------------------------------------------------------------------

static bool things_read(const char *path, struct buf *bytes, struct err *err)
{
    if (strcmp(path, "-") != 0) {
        return fs_read(path, bytes, err);
    }
    char part[65536];
    ssize_t len;
    while ((len = read(STDIN_FILENO, part, sizeof(part))) > 0) {
        buf_add(bytes, (struct str){ part, (size_t)len });
    }
    return (len == 0 && buf_ok(bytes)) ||
           err_set(err, ERR_INVALID, "standard input cannot be read, or is too large");
}

static bool things_unknown(const char *file, const struct manifest_node *at, const char *kind,
                           struct err *err)
{
    const char *words[THINGS_KINDS];
    size_t count = 0;
    for (int i = 0; i < THINGS_KINDS; i++) {
        if (kind == NULL || strcmp(kind, things_kinds[i].kind) == 0) {
            words[count++] = kind == NULL ? things_kinds[i].kind : things_kinds[i].name;
        }
    }
    const char *near = manifest_nearest(at->key, words, count);
    return err_set(err, ERR_INVALID,
                   "%.80s:%u:%u: %s%s\"%.40s\" is nothing that is configured%s%s%s", file,
                   at->key_line, at->key_column, kind == NULL ? "" : kind, kind == NULL ? "" : " ",
                   at->key.ptr, near == NULL ? "" : "; is \"", near == NULL ? "" : near,
                   near == NULL ? "" : "\" meant?");
}

static bool things_section(struct cli *cli, const char *file, const struct manifest_node *section,
                           struct cli_things *things, struct err *err)
{
    const char *kind = section->key.ptr;
    for (const struct manifest_node *at = section->first; at != NULL; at = at->next) {
        const ProtobufCMessageDescriptor *descriptor;
        ProtobufCMessage *message;
        int place = cli_thing_kind(kind, at->key.ptr, &descriptor);
        if (place < 0) {
            return things_unknown(file, at, kind, err);
        }
        if (!manifest_message(at, descriptor, at->key, things->zone, file, &cli->arena, &message,
                              err) ||
            !things_add_message(cli, things, kind, at->key.ptr, message, err)) {
            return false;
        }
        things->list[things->count - 1].line = at->key_line;
        things->list[things->count - 1].column = at->key_column;
    }
    return true;
}

bool cli_things_file(struct cli *cli, const char *path, const struct cli_things *now,
                     struct cli_things *things, uint64_t *kinds, struct err *err)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(MANIFEST_BYTES_MAX);
    const char *file = strcmp(path, "-") == 0 ? "standard input" : path;
    struct manifest_node *root;
    *things = (struct cli_things){ .zone = now->zone };
    *kinds = 0;
    if (!things_read(path, &bytes, err) ||
        !manifest_read(buf_str(&bytes), file, &cli->arena, &root, err)) {
        return false;
    }
    if (root->kind != MANIFEST_MAP) {
        return err_set(err, ERR_INVALID, "%.80s: a configuration begins with a kind: \"price:\"",
                       file);
    }
    for (const struct manifest_node *at = root->first; at != NULL; at = at->next) {
        const ProtobufCMessageDescriptor *unused;
        int place = cli_thing_kind(at->key.ptr, NULL, &unused);
        bool is_empty = at->kind == MANIFEST_TEXT && at->text.len == 0;
        if (place < 0) {
            return things_unknown(file, at, NULL, err);
        }
        if (at->kind != MANIFEST_MAP && !is_empty) {
            return err_set(err, ERR_INVALID, "%.80s:%u:%u: names and what they are belong here",
                           file, at->line, at->column);
        }
        *kinds |= (uint64_t)1 << place;
        if (!things_section(cli, file, at, things, err)) {
            return false;
        }
    }
    return true;
}

const struct cli_thing *cli_things_find(const struct cli_things *things, const char *kind,
                                        const char *name)
{
    for (size_t i = 0; i < things->count; i++) {
        if (strcmp(things->list[i].name, name) == 0 && strcmp(things->list[i].kind, kind) == 0) {
            return &things->list[i];
        }
    }
    return NULL;
}

// ---- written -----------------------------------------------------------------------------------

void cli_things_add_text(struct buf *out, int indent, const struct cli_thing *thing,
                         const struct calendar_zone *zone)
{
    ProtobufCMessage *message = protobuf_c_message_unpack(thing->descriptor, NULL, thing->body.len,
                                                          (const uint8_t *)thing->body.ptr);
    OWN(buf_free) struct buf lines = BUF_CAP(MANIFEST_BYTES_MAX);
    if (message != NULL) {
        manifest_add_message(&lines, indent + 2, message, zone);
        protobuf_c_message_free_unpacked(message, NULL);
    }
    buf_addf(out, "%*s", indent, "");
    manifest_add_text(out, str_of(thing->name));
    buf_add(out, lines.len == 0 ? STR(": {}\n") : STR(":\n"));
    buf_add(out, buf_str(&lines));
}

void cli_things_add_file(struct buf *out, const struct cli_things *things)
{
    const char *last = "";
    for (size_t i = 0; i < things->count; i++) {
        if (strcmp(things->list[i].kind, last) != 0) {
            last = things->list[i].kind;
            buf_addf(out, "%s:\n", last);
        }
        cli_things_add_text(out, 2, &things->list[i], things->zone);
    }
}
