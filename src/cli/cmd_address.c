// cli/cmd_address: people's own addresses of queues.
// no unit test: needs running engines; tests/it/test_addresses.py asks by every command

#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/queues.h"
#include "cli/value.h"
#include "model/own.h"
#include "proto/credential.pb-c.h"
#include "proto/dre.pb-c.h"
#include <unistd.h>

enum { ADDRESS_TEXT_MAX = 2000 };

// --- shown --------------------------------------------------------------------------------------

struct told { // of one that was just made; empty otherwise
    struct buf address;
    struct buf cups;
    struct buf windows;
};

static void told_free(struct told *told)
{
    buf_free(&told->address);
    buf_free(&told->cups);
    buf_free(&told->windows);
}

static void tell(const Quoin__V1__Address *address, const char *uri, struct told *told)
{
    char host[256] = "";
    (void)gethostname(host, sizeof(host) - 1); // without a name there is none
    model_own_address(str_of(uri), str_of(host), str_of(address->secret), &told->address);
    model_own_cups(str_of(address->queue), buf_str(&told->address), &told->cups);
    model_own_windows(buf_str(&told->address), &told->windows);
}

static void address_json(struct json *json, const Quoin__V1__Address *address,
                         const struct told *told)
{
    json_object(json);
    json_int_field(json, "id", address->id);
    json_text_field(json, "user", address->user);
    json_text_field(json, "queue", address->queue);
    json_text_field(json, "title", address->title);
    cli_json_time(json, "made_at", address->made_at);
    cli_json_time(json, "until", address->until);
    cli_json_time(json, "used_at", address->used_at);
    json_bool_field(json, "revoked", address->revoked);
    json_text_field(json, "hint", address->hint);
    if (told != NULL) {
        json_key(json, "address");
        json_str(json, buf_str(&told->address));
        json_key(json, "cups");
        json_str(json, buf_str(&told->cups));
        json_key(json, "windows");
        json_str(json, buf_str(&told->windows));
    }
    json_end(json);
}

static void address_show(struct cli *cli, const Quoin__V1__Address *address,
                         const struct told *told)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        address_json(&json, address, told);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Address", "%lld, of %s, queue %s%s%s", (long long)address->id, address->user,
             address->queue, address->title[0] != '\0' ? ", " : "", address->title);
    cli_line(cli, "Until", "%s",
             address->until == 0 ? "without end" : cli_time(cli, address->until));
    if (address->revoked) {
        cli_line(cli, "State", "%s",
                 cli_value(cli, "dry-run") != NULL ? "would be revoked (nothing was done)"
                                                   : "revoked");
    }
    if (told != NULL) {
        cli_line(cli, "Print to", "%s", told->address.ptr);
        cli_line(cli, "CUPS", "%s", told->cups.ptr);
        cli_line(cli, "Windows", "%s", told->windows.ptr);
        buf_addf(&cli->out, "It is not kept and cannot be shown again. Who prints there is %s.\n",
                 address->user);
    }
}

// --- the commands -------------------------------------------------------------------------------

bool cli_user_address_make(struct cli *cli, struct err *err)
{
    Quoin__V1__MakeAddressRequest request = QUOIN__V1__MAKE_ADDRESS_REQUEST__INIT;
    OWN(told_free)
    struct told told = { BUF_CAP(ADDRESS_TEXT_MAX), BUF_CAP(ADDRESS_TEXT_MAX),
                         BUF_CAP(ADDRESS_TEXT_MAX) };
    const ProtobufCMessage *reply = NULL;
    const char *title = cli_value(cli, "title");
    const char *until = cli_value(cli, "until");
    const Quoin__V1__Queue *queue = NULL;
    if ((until != NULL && !cli_read_time(until, "--until", &request.until, err)) ||
        !cli_queues_find(cli, cli->arguments[1], &queue, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.user = cli->arguments[0];
    request.queue = cli->arguments[1];
    request.title = cli_field(title == NULL ? "" : title);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/MakeAddress", &request.base, &reply,
                 err)) {
        return false;
    }
    tell((const Quoin__V1__Address *)reply, queue->uri, &told);
    if (told.address.len == 0 || !buf_ok(&told.cups) || !buf_ok(&told.windows)) {
        return err_set(err, ERR_INTERNAL, "the queue's own address cannot be read: %s", queue->uri);
    }
    address_show(cli, (const Quoin__V1__Address *)reply, &told);
    return true;
}

bool cli_user_address_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "ID", .right = true },
        { .title = "USER" },
        { .title = "QUEUE" },
        { .title = "TITLE", .gives = true },
        { .title = "UNTIL" },
        { .title = "LAST USED" },
        { .title = "STATE" },
        { .title = NULL },
    };
    Quoin__V1__ListAddressesRequest request = QUOIN__V1__LIST_ADDRESSES_REQUEST__INIT;
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListAddressesReply *page;
    request.user = cli->argument_count == 0 ? cli_field("") : cli->arguments[0];
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/ListAddresses", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListAddressesReply *)reply;
        for (size_t i = 0; i < page->n_addresses; i++) {
            const Quoin__V1__Address *address = page->addresses[i];
            request.after = address->id;
            if (cli->json) {
                address_json(&json, address, NULL);
                continue;
            }
            cli_table_row(&table,
                          (const char *const[]){
                              cli_number(cli, address->id), address->user, address->queue,
                              address->title,
                              address->until == 0 ? "" : cli_time(cli, address->until),
                              cli_time(cli, address->used_at), address->revoked ? "revoked" : "" });
        }
    } while (page->more && page->n_addresses > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are no addresses: quoin user address make NAME QUEUE");
    }
    return true;
}

bool cli_user_address_revoke(struct cli *cli, struct err *err)
{
    Quoin__V1__RevokeAddressRequest request = QUOIN__V1__REVOKE_ADDRESS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    uint64_t id;
    if (!cli_read_number(cli->arguments[0], "ID", INT64_MAX, &id, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.id = (int64_t)id;
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/RevokeAddress", &request.base, &reply,
                 err)) {
        return false;
    }
    address_show(cli, (const Quoin__V1__Address *)reply, NULL);
    return true;
}
