// witness: what this engine has seen of the ledger, which is another's: it asks now and then, and
// whenever the accounting server is back, whether the ledger still holds it. A ledger that lost its
// end, or was rewritten, is told once, and what was seen is kept. Loop thread.
//
// no unit test: needs an accounting server; tests/it/test_ledger_witness.py changes one's ledger.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "crypto/cert.h"
#include "proto/proofs.pb-c.h"
#include <stdio.h>

enum { WITNESS_EVERY_MS = 3 * 60 * 1000, WITNESS_AGAIN_MS = 5000 };

static void took(struct dre *dre, const Quoin__V1__CheckHeadReply *reply)
{
    struct dre_witness *witness = &dre->witness;
    witness->checked_at = clk_wall_ms();
    if (!reply->same) {
        if (!witness->is_shortened) {
            log_event(LOG_ERROR, "ledger.shortened", log_int("sequence", witness->asked.sequence),
                      log_text("what", "the accounting server's ledger does not hold an entry that "
                                       "it showed before: its end was lost or it was rewritten; "
                                       "run quoin ledger verify and look at its backups"));
        }
        witness->is_shortened = true;
        witness->seen = witness->asked;
        return;
    }
    if (reply->head != NULL && reply->head->hash.len == sizeof(dre->head.hash) &&
        reply->head->sequence > dre->head.sequence && !witness->is_shortened) {
        dre->head.sequence = reply->head->sequence;
        memcpy(dre->head.hash, reply->head->hash.data, sizeof(dre->head.hash));
        witness->seen_at = witness->checked_at;
    }
}

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct dre *dre = arg;
    dre->witness.is_asking = false;
    if (answer->reply == NULL) {
        dre->witness.due_at = clk_mono_ms() + WITNESS_AGAIN_MS;
        return;
    }
    took(dre, (const Quoin__V1__CheckHeadReply *)answer->reply);
}

void dre_witness_tick(struct dre *dre)
{
    struct dre_witness *witness = &dre->witness;
    int64_t now = clk_mono_ms();
    bool is_there = wire_client_is_connected(dre->cas);
    // Back again: perhaps with another database.
    witness->due_at = is_there && !witness->was_there ? 0 : witness->due_at;
    witness->was_there = is_there;
    if (witness->is_asking || now < witness->due_at || dre->head.sequence == 0) {
        return;
    }
    Quoin__V1__CheckHeadRequest request = QUOIN__V1__CHECK_HEAD_REQUEST__INIT;
    Quoin__V1__Head head = QUOIN__V1__HEAD__INIT;
    witness->asked = witness->is_shortened ? witness->seen : dre->head;
    head.sequence = witness->asked.sequence;
    head.hash = (ProtobufCBinaryData){ sizeof(witness->asked.hash), witness->asked.hash };
    request.head = &head;
    witness->is_asking = true;
    witness->due_at = now + WITNESS_EVERY_MS;
    (void)wire_ask(dre->cas, "/quoin.v1.Proofs/CheckHead", &request.base, 0, on_answer,
                   dre); // not cancelled: the client ends before the engine
}

void dre_witness_get(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    Quoin__V1__GetWitnessReply reply = QUOIN__V1__GET_WITNESS_REPLY__INIT;
    Quoin__V1__Head head = QUOIN__V1__HEAD__INIT;
    struct journal_head seen = dre->witness.is_shortened ? dre->witness.seen : dre->head;
    char host[CRYPTO_HOST_MAX + 1];
    (void)asked;
    (void)snprintf(host, sizeof(host), "%s", svc_host(dre->svc));
    head.sequence = seen.sequence;
    head.hash = (ProtobufCBinaryData){ sizeof(seen.hash), seen.hash };
    reply.host = host;
    reply.head = &head;
    reply.seen_at = dre->witness.seen_at;
    reply.is_shortened = dre->witness.is_shortened;
    reply.checked_at = dre->witness.checked_at;
    wire_call_answer(call, &reply.base);
}
