// verify: the walk over the ledger's chain (Ledger.Verify).
// no unit test: tests/unit/cas/test_walks.c runs it, and test_serve.c over the wire

#include "base/log.h"
#include "base/mem.h"
#include "cas/cas_int.h"
#include "cas/walks.h"
#include "ledger/statement.h"
#include <stdlib.h>

enum { VERIFY_SLICE = 2000, VERIFY_CHECKPOINTS = 100 };

struct verify {
    struct ledger_verify *chain; // owned
    struct ledger_checkpoints_proof checkpoints;
    struct ledger_periods_proof periods;
};

static bool verify_begin(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                         void **state, struct err *err)
{
    (void)cas, (void)turn, (void)ask, (void)err;
    struct verify *verify = mem_new(sizeof(*verify));
    verify->chain = ledger_verify_new();
    *state = verify;
    return true;
}

static bool verify_step(struct cas *cas, struct cas_turn *turn, void *state,
                        const ProtobufCMessage **part, bool *done, struct err *err)
{
    struct verify *verify = state;
    struct ledger_verdict verdict;
    if (!ledger_verify_step(cas->ledger, verify->chain, VERIFY_SLICE, &verdict, err)) {
        return false;
    }
    if (verdict.done && verdict.good && !verify->checkpoints.done) {
        if (!ledger_checkpoints_prove(cas->ledger, cas->believed, VERIFY_CHECKPOINTS,
                                      &verify->checkpoints, err)) {
            return false;
        }
        verdict.done = verify->checkpoints.finding[0] != '\0';
        verdict.good = !verdict.done;
        memcpy(verdict.finding, verify->checkpoints.finding, sizeof(verdict.finding));
    } else if (verdict.done && verdict.good) {
        if (!ledger_periods_prove(cas->ledger, VERIFY_SLICE, &verify->periods, err)) {
            return false;
        }
        verdict.done = verify->periods.done;
        verdict.good = verify->periods.finding[0] == '\0';
        memcpy(verdict.finding, verify->periods.finding, sizeof(verdict.finding));
    }
    Quoin__V1__VerifyReply *made = cas_message(turn->arena, &quoin__v1__verify_reply__descriptor);
    made->checked = verdict.checked;
    made->total = verdict.total;
    made->done = verdict.done;
    made->good = verdict.good;
    made->finding = cas_text(turn->arena, str_of(verdict.finding));
    made->checkpoints = verify->checkpoints.checked;
    made->periods = verify->periods.checked;
    made->head = cas_head(turn->arena, verdict.head.sequence, verdict.head.hash);
    if (verdict.done && !verdict.good) {
        log_event(LOG_ERROR, "cas.ledger-broken", log_text("finding", verdict.finding));
    }
    *done = verdict.done;
    *part = &made->base;
    return true;
}

static void verify_end(void *state)
{
    struct verify *verify = state;
    ledger_verify_free(&verify->chain);
    ledger_periods_proof_end(&verify->periods);
    free(verify);
}

const struct cas_walk_kind cas_walk_verify = { &quoin__v1__verify_request__descriptor, verify_begin,
                                               verify_step, verify_end };
