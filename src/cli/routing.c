// cli/routing: see routing.h.
// no unit test: needs running engines; tests/it/test_config.py asks by every command of a real site

#include "cli/routing.h"

#include "cli/ask.h"
#include "proto/config.pb-c.h"
#include "proto/dre.pb-c.h"

static struct str routing_pack(struct cli *cli, const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_new(&cli->arena, len);
    if (bytes != NULL) {
        (void)protobuf_c_message_pack(message, bytes);
    }
    return (struct str){ (const char *)bytes, bytes == NULL ? 0 : len };
}

// ---- looked at before --------------------------------------------------------------------------

bool cli_routing_check(struct cli *cli, const struct cli_thing *thing,
                       const struct cli_things *wanted, const struct cli_things *now,
                       struct str *body, struct err *err)
{
    if (strcmp(thing->kind, "queue") != 0) {
        return true;
    }
    Quoin__V1__QueueThing *queue =
        cli_thing_unpack(cli, &quoin__v1__queue_thing__descriptor, thing->body);
    if (queue == NULL) {
        return err_set(err, ERR_INTERNAL, "queue %.80s cannot be read back", thing->name);
    }
    if (cli_things_find(wanted, "printer", queue->printer) == NULL &&
        cli_things_find(now, "printer", queue->printer) == NULL) {
        return err_set(err, ERR_INVALID,
                       "queue %.80s delivers to printer \"%.80s\", which is neither there nor in "
                       "the file",
                       thing->name, queue->printer);
    }
    queue->mode = cli_field(queue->mode[0] == '\0' ? "direct" : queue->mode);
    queue->short_of_money =
        cli_field(queue->short_of_money[0] == '\0' ? "refuse" : queue->short_of_money);
    queue->expire_hours = queue->expire_hours == 0 ? 72 : queue->expire_hours;
    queue->trust = cli_field(queue->trust[0] == '\0' ? "claimed" : queue->trust);
    *body = routing_pack(cli, &queue->base);
    return arena_ok(&cli->arena) || err_set(err, ERR_LIMIT, "the configuration is too large");
}

// ---- one step ----------------------------------------------------------------------------------

static bool routing_remove(struct cli *cli, const char *kind, const char *name, struct err *err)
{
    const ProtobufCMessage *reply = NULL;
    if (strcmp(kind, "printer") == 0) {
        Quoin__V1__RemovePrinterRequest request = QUOIN__V1__REMOVE_PRINTER_REQUEST__INIT;
        request.key = cli_key(cli);
        request.name = cli_field(name);
        return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/RemovePrinter", &request.base, &reply,
                       err);
    }
    Quoin__V1__RemoveQueueRequest request = QUOIN__V1__REMOVE_QUEUE_REQUEST__INIT;
    request.key = cli_key(cli);
    request.name = cli_field(name);
    return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/RemoveQueue", &request.base, &reply, err);
}

static bool routing_put_printer(struct cli *cli, const char *name, bool is_there,
                                const Quoin__V1__PrinterThing *thing, struct err *err)
{
    static const char *const fields[] = { "uri", "pull_group", "finishings" };
    const ProtobufCMessage *reply = NULL;
    if (!is_there) {
        Quoin__V1__AddPrinterRequest request = QUOIN__V1__ADD_PRINTER_REQUEST__INIT;
        request.key = cli_key(cli);
        request.name = cli_field(name);
        request.uri = thing->uri;
        request.pull_group = thing->pull_group;
        request.n_finishings = thing->n_finishings;
        request.finishings = thing->finishings;
        return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/AddPrinter", &request.base, &reply,
                       err);
    }
    char *set[3] = { cli_field(fields[0]), cli_field(fields[1]), cli_field(fields[2]) };
    Quoin__V1__SetPrinterRequest request = QUOIN__V1__SET_PRINTER_REQUEST__INIT;
    request.key = cli_key(cli);
    request.name = cli_field(name);
    request.set = set;
    request.n_set = 3;
    request.uri = thing->uri;
    request.pull_group = thing->pull_group;
    request.n_finishings = thing->n_finishings;
    request.finishings = thing->finishings;
    return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Printers/SetPrinter", &request.base, &reply, err);
}

static bool routing_put_queue(struct cli *cli, const char *name, bool is_there,
                              const Quoin__V1__QueueThing *thing, struct err *err)
{
    static const char *const fields[] = { "mode",        "printer",      "short_of_money",
                                          "keep_hours",  "account",      "must_choose",
                                          "measure_ink", "expire_hours", "trust",
                                          "guests",      "raw_port",     "announce" };
    enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
    const ProtobufCMessage *reply = NULL;
    if (!is_there) {
        Quoin__V1__AddQueueRequest request = QUOIN__V1__ADD_QUEUE_REQUEST__INIT;
        request.key = cli_key(cli);
        request.name = cli_field(name);
        request.mode = thing->mode;
        request.printer = thing->printer;
        request.short_of_money = thing->short_of_money;
        request.keep_hours = thing->keep_hours;
        request.account = thing->account;
        request.must_choose = thing->must_choose;
        request.measure_ink = thing->measure_ink;
        request.expire_hours = thing->expire_hours;
        request.trust = thing->trust;
        request.guests = thing->guests;
        request.raw_port = thing->raw_port;
        request.announce = thing->announce;
        return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/AddQueue", &request.base, &reply, err);
    }
    char *set[FIELDS];
    for (size_t i = 0; i < FIELDS; i++) {
        set[i] = cli_field(fields[i]);
    }
    Quoin__V1__SetQueueRequest request = QUOIN__V1__SET_QUEUE_REQUEST__INIT;
    request.key = cli_key(cli);
    request.name = cli_field(name);
    request.set = set;
    request.n_set = FIELDS;
    request.mode = thing->mode;
    request.printer = thing->printer;
    request.short_of_money = thing->short_of_money;
    request.keep_hours = thing->keep_hours;
    request.account = thing->account;
    request.must_choose = thing->must_choose;
    request.measure_ink = thing->measure_ink;
    request.expire_hours = thing->expire_hours;
    request.trust = thing->trust;
    request.guests = thing->guests;
    request.raw_port = thing->raw_port;
    request.announce = thing->announce;
    return cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/SetQueue", &request.base, &reply, err);
}

// From what is there (had) to what shall be (wants).
static bool routing_step(struct cli *cli, const struct cli_edit *edit, bool had, bool wants,
                         struct str body, struct err *err)
{
    if (!wants) {
        return !had || routing_remove(cli, edit->kind, edit->name, err);
    }
    void *thing = cli_thing_unpack(cli, edit->descriptor, body);
    if (thing == NULL) {
        return err_set(err, ERR_INTERNAL, "%s %.80s cannot be read back", edit->kind, edit->name);
    }
    return strcmp(edit->kind, "printer") == 0
               ? routing_put_printer(cli, edit->name, had, thing, err)
               : routing_put_queue(cli, edit->name, had, thing, err);
}

// ---- all of them -------------------------------------------------------------------------------

// 0: printers that come, 1: queues that come, 2: queues that go, 3: printers that go; -1: not ours.
static int routing_turn(const struct cli_edit *edit)
{
    if (strcmp(edit->kind, "printer") == 0) {
        return edit->is_removal ? 3 : 0;
    }
    return strcmp(edit->kind, "queue") != 0 ? -1 : edit->is_removal ? 2 : 1;
}

static void routing_back(struct cli *cli, const struct cli_edit *const *done, size_t count)
{
    struct err unheard; // the refusal that led here is what is told
    while (count-- > 0) {
        const struct cli_edit *edit = done[count];
        (void)!routing_step(cli, edit, !edit->is_removal, edit->had_old, edit->old, &unheard);
    }
}

bool cli_routing_apply(struct cli *cli, const struct cli_edits *edits, struct err *err)
{
    const struct cli_edit **done = arena_new_array(&cli->arena, edits->count, sizeof(*done));
    size_t count = 0;
    if (done == NULL) {
        return err_set(err, ERR_LIMIT, "the configuration is too large for this command");
    }
    for (int turn = 0; turn < 4; turn++) {
        for (size_t i = 0; i < edits->count; i++) {
            const struct cli_edit *edit = &edits->list[i];
            if (routing_turn(edit) != turn) {
                continue;
            }
            if (!routing_step(cli, edit, edit->had_old, !edit->is_removal, edit->body, err)) {
                (void)!err_in(err, "%s %.80s", edit->kind, edit->name);
                routing_back(cli, done, count);
                return false;
            }
            done[count++] = edit;
        }
    }
    return true;
}
