// cli/cmd_ledger_checkpoint: signed checkpoints of the ledger: made, listed, and taken along as
// files that anyone's tools can check.
// no unit test: needs running engines; tests/it/test_ledger_checkpoints.py asks a real site
#include "base/enc.h"
#include "base/fs.h"
#include "cli/ask.h"
#include "cli/checkpoint.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "crypto/cert.h"
#include "proto/proofs.pb-c.h"
#include <stdio.h>

enum { PAGE = 100 };

void cli_checkpoint_json(struct json *json, const Quoin__V1__Checkpoint *checkpoint)
{
    OWN(buf_free) struct buf hash = BUF_CAP(256);
    json_object(json);
    json_int_field(json, "number", checkpoint->number);
    json_text_field(json, "period", checkpoint->period);
    cli_json_time(json, "at", checkpoint->at);
    json_int_field(json, "entry", checkpoint->sequence);
    enc_hex_add(&hash, checkpoint->hash.data, checkpoint->hash.len);
    json_key(json, "hash");
    json_str(json, buf_str(&hash));
    json_key(json, "text");
    json_str(json, (struct str){ (const char *)checkpoint->body.data, checkpoint->body.len });
    json_end(json);
}

static struct str bytes_of(ProtobufCBinaryData data)
{
    return (struct str){ (const char *)data.data, data.len };
}

static bool write_one(struct cli *cli, const char *folder, int64_t number, const char *ending,
                      struct str content, struct err *err)
{
    const char *path =
        arena_textf(&cli->arena, "%s/checkpoint-%06lld.%s", folder, (long long)number, ending);
    return fs_replace(path, content, 0644, err);
}

bool cli_checkpoint_write(struct cli *cli, const char *folder,
                          const Quoin__V1__Checkpoint *checkpoint, struct err *err)
{
    OWN(crypto_cert_free) struct crypto_cert *signer = NULL;
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    return crypto_cert_read_der(bytes_of(checkpoint->certificate), &signer, err) &&
           crypto_cert_write_pem(signer, &pem, err) &&
           write_one(cli, folder, checkpoint->number, "sig", bytes_of(checkpoint->signature),
                     err) &&
           write_one(cli, folder, checkpoint->number, "crt", buf_str(&pem), err) &&
           write_one(cli, folder, checkpoint->number, "txt", bytes_of(checkpoint->body), err);
}

static void say_made(struct cli *cli, const Quoin__V1__Checkpoint *made)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cli_checkpoint_json(&json, made);
        buf_addf(&cli->out, "\n");
    } else {
        buf_addf(&cli->out, "Checkpoint %lld is signed: the ledger had come to entry %lld.\n",
                 (long long)made->number, (long long)made->sequence);
    }
}

bool cli_ledger_checkpoint(struct cli *cli, struct err *err)
{
    Quoin__V1__MakeCheckpointRequest request = QUOIN__V1__MAKE_CHECKPOINT_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *folder = cli_value(cli, "out");
    request.key = cli_key(cli);
    if ((folder != NULL && !fs_make_folder(folder, err)) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Proofs/MakeCheckpoint", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Checkpoint *made = (const Quoin__V1__Checkpoint *)reply;
    say_made(cli, made);
    return folder == NULL || cli_checkpoint_write(cli, folder, made, err);
}

// ---- all of them -------------------------------------------------------------------------------

struct listing {
    struct cli *cli;
    struct cli_table table;
    struct json json;
    const char *folder; // NULL: none
    int64_t after;
    int64_t count;
};

static bool list_page(struct listing *listing, const Quoin__V1__ListCheckpointsReply *page,
                      struct err *err)
{
    struct cli *cli = listing->cli;
    for (size_t i = 0; i < page->n_checkpoints; i++) {
        const Quoin__V1__Checkpoint *one = page->checkpoints[i];
        listing->after = one->number;
        listing->count++;
        if (cli->json) {
            cli_checkpoint_json(&listing->json, one);
        } else {
            cli_table_row(&listing->table,
                          (const char *const[]){ cli_number(cli, one->number), one->period,
                                                 cli_time(cli, one->at),
                                                 cli_number(cli, one->sequence) });
        }
        if (listing->folder != NULL && !cli_checkpoint_write(cli, listing->folder, one, err)) {
            return false;
        }
    }
    return true;
}

bool cli_ledger_checkpoints(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NUMBER", .right = true }, { .title = "CLOSES" }, { .title = "TIME (UTC)" },
        { .title = "ENTRY", .right = true },  { .title = NULL },
    };
    struct listing listing = { .cli = cli,
                               .table = cli_table_of(cli, columns),
                               .json = json_to(&cli->out),
                               .folder = cli_value(cli, "out") };
    const Quoin__V1__ListCheckpointsReply *page = NULL;
    uint64_t after = 0;
    if (!cli_number_of(cli, "after", INT64_MAX, 0, &after, err) ||
        (listing.folder != NULL && !fs_make_folder(listing.folder, err))) {
        return false;
    }
    listing.after = (int64_t)after;
    if (cli->json) {
        json_array(&listing.json);
    }
    do {
        Quoin__V1__ListCheckpointsRequest request = QUOIN__V1__LIST_CHECKPOINTS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = listing.after;
        request.limit = PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Proofs/ListCheckpoints", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListCheckpointsReply *)reply;
        if (!list_page(&listing, page, err)) {
            return false;
        }
    } while (page->more && page->n_checkpoints > 0);
    if (cli->json) {
        json_end(&listing.json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&listing.table, "No checkpoints.");
        if (listing.folder != NULL) {
            buf_addf(&cli->out, "%lld checkpoints are in %s.\n", (long long)listing.count,
                     listing.folder);
        }
    }
    return true;
}
