// cli/cmd_ledger_verify: the proof of the ledger's chain, by the engine or on a database that no
// engine has open.
// no unit test: needs a site; tests/it/test_ledger_proofs.py asks it of whole and of tampered ones
#include "base/enc.h"
#include "base/fs.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/site.h"
#include "crypto/cert.h"
#include "db/db.h"
#include "ledger/statement.h"
#include "proto/cas.pb-c.h"
#include "proto/proofs.pb-c.h"
#include <stdio.h>
#include <string.h>

enum { VERIFY_SLICE = 5000, KEPT_AHEAD = 1000 };

struct verdict {
    struct cli *cli;
    bool done;
    bool good;
    int64_t checked;
    int64_t head;
    int64_t checkpoints; // that were proven
    int64_t periods;     // closed ones that were proven
    int64_t witnesses;   // that were asked
    bool is_unsigned;    // their signatures were not looked at
    char finding[400];
    struct buf hash;
};

static void on_part(void *arg, const ProtobufCMessage *message)
{
    struct verdict *verdict = arg;
    const Quoin__V1__VerifyReply *part = (const Quoin__V1__VerifyReply *)message;
    verdict->checked = part->checked;
    if (!part->done) {
        int percent = part->total > 0 ? (int)(part->checked * 100 / part->total) : 0;
        cli_progress(verdict->cli, "verified %lld of %lld entries (%d %%)",
                     (long long)part->checked, (long long)part->total, percent);
        return;
    }
    verdict->done = true;
    verdict->good = part->good;
    verdict->checkpoints = part->checkpoints;
    verdict->periods = part->periods;
    size_t len = strlen(part->finding);
    len = len < sizeof(verdict->finding) ? len : sizeof(verdict->finding) - 1;
    memcpy(verdict->finding, part->finding, len);
    verdict->finding[len] = '\0';
    if (part->head != NULL) {
        verdict->head = part->head->sequence;
        enc_hex_add(&verdict->hash, part->head->hash.data, part->head->hash.len);
    }
}

static void say_verdict(struct cli *cli, const struct verdict *verdict)
{
    struct str hash = buf_str(&verdict->hash);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_bool_field(&json, "good", verdict->good);
        json_int_field(&json, "checked", verdict->checked);
        json_text_field(&json, "finding", verdict->finding);
        json_int_field(&json, "head", verdict->head);
        json_int_field(&json, "checkpoints", verdict->checkpoints);
        json_int_field(&json, "periods", verdict->periods);
        json_int_field(&json, "witnesses", verdict->witnesses);
        json_key(&json, "hash");
        json_str(&json, hash);
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else if (verdict->good) {
        cli_say(cli, CLI_GOOD, "The ledger is good");
        buf_addf(&cli->out, ": %lld entries, every sum and the whole chain agree.\n",
                 (long long)verdict->checked);
        buf_addf(&cli->out, "Head: entry %lld, %.*s\n", (long long)verdict->head, (int)hash.len,
                 hash.ptr);
        buf_addf(&cli->out, "Checkpoints: %lld%s\n", (long long)verdict->checkpoints,
                 verdict->is_unsigned ? "; their signatures were not looked at (--ca FILE)"
                                      : ", all signed for this site");
        buf_addf(&cli->out, "Closed periods: %lld%s\n", (long long)verdict->periods,
                 verdict->periods > 0 ? ", each statement is what the entries say" : "");
        if (cli_value(cli, "store") == NULL) {
            buf_addf(&cli->out, "%s\n",
                     verdict->witnesses > 0 ? "Witness: dre, which has seen nothing else"
                                            : "Witness: none; dre does not answer");
        }
    } else {
        cli_say(cli, CLI_BAD, "The ledger is NOT good");
        buf_addf(&cli->out, ": %s\n", verdict->finding);
        if (cli_value(cli, "store") == NULL) {
            buf_addf(&cli->out, "Stop charging, keep a copy of %s/cas, and look for the cause.\n",
                     cli->data);
        }
    }
}

// What the engine that keeps heads has seen is in the ledger; else *verdict names it. An engine
// that does not answer has seen nothing today: it is said.
static bool verify_witness(struct cli *cli, struct verdict *verdict, struct err *err)
{
    Quoin__V1__GetWitnessRequest request = QUOIN__V1__GET_WITNESS_REQUEST__INIT;
    Quoin__V1__CheckHeadRequest check = QUOIN__V1__CHECK_HEAD_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err unheard = { 0 };
    if (!verdict->good) {
        return true;
    }
    if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Witness/GetWitness", &request.base, &reply,
                 &unheard)) {
        return true;
    }
    const Quoin__V1__GetWitnessReply *witness = (const Quoin__V1__GetWitnessReply *)reply;
    bool has_seen = witness->head != NULL && witness->head->sequence > 0;
    verdict->witnesses = 1;
    check.head = witness->head;
    if (!has_seen) {
        return true;
    }
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Proofs/CheckHead", &check.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__CheckHeadReply *held = (const Quoin__V1__CheckHeadReply *)reply;
    if (!held->same) {
        verdict->good = false;
        (void)snprintf(verdict->finding, sizeof(verdict->finding),
                       "dre/%.64s was shown entry %lld (%s%s), and the ledger does not hold it: "
                       "it was shortened or rewritten",
                       witness->host, (long long)witness->head->sequence,
                       witness->seen_at == 0 ? "before it was started"
                                             : cli_time(cli, witness->seen_at),
                       witness->seen_at == 0 ? "" : " UTC");
    }
    return true;
}

static bool verify_online(struct cli *cli, struct verdict *verdict, struct err *err)
{
    Quoin__V1__VerifyRequest request = QUOIN__V1__VERIFY_REQUEST__INIT;
    return cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.Ledger/Verify", &request.base, on_part,
                         verdict, err) &&
           (verdict->done ||
            err_set(err, ERR_INTERNAL, "the cas engine ended the proof without a verdict")) &&
           verify_witness(cli, verdict, err);
}

// --- without an engine --------------------------------------------------------------------------

static void take_verdict(struct verdict *verdict, const struct ledger_verdict *found)
{
    verdict->checked = found->checked;
    verdict->done = found->done;
    verdict->good = found->good;
    verdict->head = found->head.sequence;
    memcpy(verdict->finding, found->finding, sizeof(found->finding));
    enc_hex_add(&verdict->hash, found->head.hash, sizeof(found->head.hash));
}

// All in one transaction: the database as it is at its beginning.
static bool verify_store(struct cli *cli, struct ledger *ledger, struct verdict *verdict,
                         struct err *err)
{
    OWN(ledger_verify_free) struct ledger_verify *verify = ledger_verify_new();
    struct ledger_verdict found = { 0 };
    while (!found.done) {
        if (!ledger_verify_step(ledger, verify, VERIFY_SLICE, &found, err)) {
            return false;
        }
        int percent = found.total > 0 ? (int)(found.checked * 100 / found.total) : 0;
        cli_progress(cli, "verified %lld of %lld entries (%d %%)", (long long)found.checked,
                     (long long)found.total, percent);
    }
    take_verdict(verdict, &found);
    return true;
}

// NULL where nobody says who signs for the site.
static bool read_authority(struct cli *cli, struct crypto_cert **authority, struct err *err)
{
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    const char *given = cli_value(cli, "ca");
    const char *path = given != NULL ? given : cli_path(cli, "pki/ca.crt");
    *authority = NULL;
    if (given == NULL && !cli_file_is(path)) {
        return true;
    }
    return (fs_read(path, &pem, err) && crypto_cert_read_pem(buf_str(&pem), authority, err)) ||
           err_in(err, "--ca");
}

// A text that was kept elsewhere: *is_there, and it is this checkpoint's.
static bool kept_is_same(struct cli *cli, int64_t number, const struct ledger_checkpoint *stored,
                         bool *is_there)
{
    OWN(buf_free) struct buf text = BUF_CAP(LEDGER_BODY_MAX + 1);
    const char *path = arena_textf(&cli->arena, "%s/checkpoint-%06lld.txt",
                                   cli_value(cli, "checkpoints"), (long long)number);
    struct err unheard;
    *is_there = cli_file_is(path);
    return !*is_there || (stored != NULL && fs_read(path, &text, &unheard) &&
                          str_eq(buf_str(&text), stored->body));
}

static bool verify_kept(struct cli *cli, struct ledger *ledger, struct verdict *verdict,
                        struct err *err)
{
    // Also behind the last that is there: the newest may have been taken away.
    for (int64_t number = 1; number <= verdict->checkpoints + KEPT_AHEAD; number++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_BODY_MAX * 4);
        struct ledger_checkpoint stored;
        size_t count = 0;
        bool is_there;
        if (number <= verdict->checkpoints &&
            !ledger_checkpoint_list(ledger, number - 1, 1, &arena, &stored, &count, err)) {
            return false;
        }
        if (!kept_is_same(cli, number, count == 1 ? &stored : NULL, &is_there)) {
            (void)snprintf(verdict->finding, sizeof(verdict->finding),
                           "checkpoint %lld: the one that was kept elsewhere is not the one here",
                           (long long)number);
            verdict->good = false;
            return true;
        }
    }
    return true;
}

static bool verify_checkpoints(struct cli *cli, struct ledger *ledger, struct verdict *verdict,
                               struct err *err)
{
    OWN(crypto_cert_free) struct crypto_cert *authority = NULL;
    struct ledger_checkpoints_proof proof = { 0 };
    if (!verdict->good) {
        return true;
    }
    if (!read_authority(cli, &authority, err)) {
        return false;
    }
    while (!proof.done) {
        if (!ledger_checkpoints_prove(ledger, authority, 100, &proof, err)) {
            return false;
        }
        cli_progress(cli, "proven %lld checkpoints", (long long)proof.checked);
    }
    verdict->checkpoints = proof.checked;
    verdict->is_unsigned = authority == NULL;
    verdict->good = proof.finding[0] == '\0';
    memcpy(verdict->finding, proof.finding, sizeof(proof.finding));
    return !verdict->good || cli_value(cli, "checkpoints") == NULL ||
           verify_kept(cli, ledger, verdict, err);
}

static bool verify_periods(struct cli *cli, struct ledger *ledger, struct verdict *verdict,
                           struct err *err)
{
    struct ledger_periods_proof proof = { 0 };
    bool good = true;
    if (!verdict->good) {
        return true;
    }
    while (good && !proof.done) {
        good = ledger_periods_prove(ledger, VERIFY_SLICE, &proof, err);
        cli_progress(cli, "proven %lld closed periods; %s: %lld of %lld entries",
                     (long long)proof.checked, proof.period.name, (long long)proof.read,
                     (long long)proof.total);
    }
    ledger_periods_proof_end(&proof);
    verdict->periods = proof.checked;
    verdict->good = proof.finding[0] == '\0';
    memcpy(verdict->finding, proof.finding, sizeof(proof.finding));
    return good;
}

static bool verify_opened(struct cli *cli, const struct db_options *options,
                          struct verdict *verdict, struct err *err)
{
    OWN(db_close) struct db *db = NULL;
    OWN(ledger_close) struct ledger *ledger = NULL;
    if (!db_open(&db, options, err) || !ledger_open(db, &ledger, err) || !db_begin(db, err)) {
        return false;
    }
    bool good = verify_store(cli, ledger, verdict, err) &&
                verify_checkpoints(cli, ledger, verdict, err) &&
                verify_periods(cli, ledger, verdict, err);
    db_rollback(db);
    return good;
}

static bool verify_offline(struct cli *cli, const char *store, struct verdict *verdict,
                           struct err *err)
{
    const struct db_options options = { .dsn = store, .read_only = true, .cache_kib = 32 << 10 };
    struct err why = { 0 };
    db_allow_postgres();
    if (verify_opened(cli, &options, verdict, &why)) {
        return true;
    }
    if (why.code == ERR_INTERNAL) { // a damaged file is what was looked for
        verdict->done = true;
        (void)snprintf(verdict->finding, sizeof(verdict->finding), "%s", why.text);
        return true;
    }
    *err = why;
    return false;
}

bool cli_ledger_verify(struct cli *cli, struct err *err)
{
    struct verdict verdict = { .cli = cli, .hash = BUF_CAP(256) };
    const char *store = cli_value(cli, "store");
    bool asked = store == NULL ? verify_online(cli, &verdict, err)
                               : verify_offline(cli, cli_store_address(cli, store), &verdict, err);
    cli_progress_end(cli);
    if (asked) {
        say_verdict(cli, &verdict);
        cli->exit = verdict.good ? CLI_EXIT_OK : CLI_EXIT_FINDING;
    }
    buf_free(&verdict.hash);
    return asked;
}
