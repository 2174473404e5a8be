// sign_in: somebody comes to a device, or is brought by the web. Loop thread.
//
// The session's id is made of the asker's key and a secret of this process, so that who asks again
// gets the same session and nothing that opens it is kept.
//
// no unit test: needs a running CAS; tests/it/test_dce.py signs in by every way.

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "dce/people_int.h"
#include "wire/calls.h"

#include <assert.h>
#include <stdlib.h>

enum { TRIES_DEVICE = 10, TRIES_ALL = 60, MINUTE_MS = 60000, BOUNCE_MS = 3000 };

// --- the end of it ------------------------------------------------------------------------------

static void signing_answer(struct signing *signing, Quoin__V1__Session *reply, const char *what)
{
    struct dce *dce = signing->op.dce;
    if (signing->is_read) {
        dce_watch_reader(dce, signing->device, what, reply, "");
    }
    dce_op_answer(&signing->op, &reply->base);
}

static void signing_refuse(struct signing *signing, const struct err *err,
                           const char *const *reasons)
{
    struct dce *dce = signing->op.dce;
    dce->counts.refused++;
    if (signing->is_read) {
        Quoin__V1__Session none = QUOIN__V1__SESSION__INIT;
        none.device = dce_text(&signing->op.arena, signing->device);
        none.why =
            dce_text(&signing->op.arena, reasons != NULL && reasons[0] != NULL ? reasons[0] : "");
        dce_watch_reader(dce, signing->device, "refused", &none, err->text);
    }
    log_event(LOG_INFO, "sign-in.refused", log_text("device", signing->device),
              log_text("why", err->text));
    dce_op_refuse(&signing->op, err, reasons);
}

static void signing_deny(struct signing *signing, enum err_code code, const char *reason,
                         const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    signing_refuse(signing, &err, reasons);
}

static void signed_in(struct dce_op *op, uint32_t released)
{
    struct signing *signing = (struct signing *)op;
    struct dce *dce = op->dce;
    struct session *session = dce_session_of_hash(&dce->sessions, signing->session);
    Quoin__V1__Session reply;
    if (session == NULL) {
        signing_deny(signing, ERR_DENIED, "session-ended", "you were signed out meanwhile");
        return;
    }
    session->released = released;
    dce_session_fill(&op->arena, session, &reply);
    reply.id = signing->id;
    if (!signing->is_read) { // its answer tells the same, with what the station needs of it
        dce_watch_session(dce, session, "signed-in", "");
    }
    signing_answer(signing, &reply, "signed-in");
}

// --- the session --------------------------------------------------------------------------------

static Quoin__V1__Proof *proof_own(const Quoin__V1__Proof *proof)
{
    size_t len = quoin__v1__proof__get_packed_size(proof);
    uint8_t *bytes = mem_new(len + 1);
    (void)quoin__v1__proof__pack(proof, bytes);
    Quoin__V1__Proof *own = quoin__v1__proof__unpack(NULL, len, bytes);
    assert(own != NULL); // we packed it
    free(bytes);
    return own;
}

static bool session_open(struct signing *signing, const Quoin__V1__Proof *proof, const char *secret,
                         struct session **session, struct err *err)
{
    struct dce *dce = signing->op.dce;
    const struct dce_device *device = dce_device_find(dce, signing->device);
    struct session_new made = {
        .kind = SESSION_OPEN,
        .id = str_of(signing->id),
        .device = str_of(signing->device),
        .proof = proof == NULL ? NULL : proof_own(proof),
        .secret = str_of(secret),
        .reader = str_of(signing->reader),
        .by = signing->by,
        .idle_s = device == NULL ? 0 : device->told->idle_seconds,
        .longest_s = device == NULL ? 0 : device->told->longest_seconds,
        .asked_hash = signing->asked_hash,
    };
    struct session *pending =
        signing->has_pending ? dce_session_of_hash(&dce->sessions, signing->pending) : NULL;
    if (pending != NULL) {
        dce_session_end(&dce->sessions, pending, "replaced");
    }
    struct session *before = dce_session_find(&dce->sessions, made.id);
    if (before != NULL) { // the same was asked twice at once
        quoin__v1__proof__free_unpacked(made.proof, NULL);
        *session = before;
        return true;
    }
    if (!dce_session_add(&dce->sessions, &made, session, err)) {
        return false;
    }
    dce->counts.signed_in++;
    log_event(LOG_INFO, "session.begun", log_text("device", signing->device),
              log_text("by", signing->by), log_text("mark", (*session)->mark));
    return true;
}

static const char *by_of(const Quoin__V1__Proof *proof)
{
    static const char *const ways[] = { "card", "card+pin", "pin", "password", "ticket" };
    for (size_t at = 0; at < sizeof(ways) / sizeof(ways[0]); at++) {
        if (strcmp(ways[at], proof->by) == 0) {
            return ways[at];
        }
    }
    return "web";
}

static void signing_proven(struct signing *signing, const Quoin__V1__Proof *proof)
{
    struct session *session = NULL;
    struct err err;
    bool is_card = signing->card[0] != '\0';
    signing->by = signing->registers != NULL ? "card" : by_of(proof);
    if (dce_versions_is_old(signing->op.dce, proof)) {
        signing_deny(signing, ERR_CONFLICT, "try-again",
                     "your rights were just changed; try again");
        return;
    }
    if (!session_open(signing, proof, is_card ? signing->card : "", &session, &err)) {
        signing_refuse(signing, &err, NULL);
        return;
    }
    memcpy(signing->session, session->hash, sizeof(signing->session));
    bool lets_out = signing->device[0] != '\0' && session->proof->preferences != NULL &&
                    session->proof->preferences->auto_release && session->released == 0;
    if (lets_out) {
        dce_auto_release(&signing->op, session, signed_in);
    } else {
        signed_in(&signing->op, session->released);
    }
}

// A card that is to be registered, or wants its PIN: a session without any right.
static void signing_wait(struct signing *signing, enum session_kind kind)
{
    struct dce *dce = signing->op.dce;
    const struct session_new made = { .kind = kind,
                                      .id = str_of(signing->id),
                                      .device = str_of(signing->device),
                                      .secret = str_of(signing->card),
                                      .reader = str_of(signing->reader),
                                      .by = "card",
                                      .asked_hash = signing->asked_hash };
    struct session *session = dce_session_find(&dce->sessions, made.id);
    Quoin__V1__Session reply;
    struct err err;
    if (session == NULL && !dce_session_add(&dce->sessions, &made, &session, &err)) {
        signing_refuse(signing, &err, NULL);
        return;
    }
    dce_session_fill(&signing->op.arena, session, &reply);
    reply.id = signing->id;
    signing_answer(signing, &reply, kind == SESSION_WANTS_PIN ? "pin-needed" : "card-unknown");
}

// --- proving ------------------------------------------------------------------------------------

static void proof_asked(struct dce_op *op)
{
    struct signing *signing = (struct signing *)op;
    const struct dce_asked *asked = signing->asked;
    const struct dce_device *device = dce_device_find(op->dce, signing->device);
    bool is_card = signing->card[0] != '\0' && signing->registers == NULL;
    if (asked->reply != NULL) {
        signing_proven(signing, (const void *)asked->reply);
    } else if (is_card && !signing->has_pending && dce_has_reason(asked->reasons, "pin-needed")) {
        signing_wait(signing, SESSION_WANTS_PIN);
    } else if (is_card && dce_has_reason(asked->reasons, "unknown-card") && device != NULL &&
               device->told->register_cards) {
        signing_wait(signing, SESSION_CARD_UNKNOWN);
    } else {
        signing_refuse(signing, &asked->err, asked->reasons);
    }
}

static void prove(struct signing *signing, const Quoin__V1__ProveRequest *proof,
                  ProtobufCBinaryData key)
{
    static char *usual[] = { (char *)(uintptr_t) "card", (char *)(uintptr_t) "password",
                             (char *)(uintptr_t) "ticket" };
    struct dce *dce = signing->op.dce;
    const struct dce_device *device = dce_device_find(dce, signing->device);
    Quoin__V1__ProveRequest ask = *proof;
    ask.key = key;
    ask.device = dce_text(&signing->op.arena, signing->device);
    ask.card = dce_text(&signing->op.arena, signing->card);
    ask.reader = dce_text(&signing->op.arena, signing->reader);
    ask.n_may = 0;
    if (device != NULL && device->told->n_sign_in > 0) {
        ask.n_may = device->told->n_sign_in;
        ask.may = device->told->sign_in;
    } else if (device != NULL) {
        ask.n_may = sizeof(usual) / sizeof(usual[0]);
        ask.may = usual;
    }
    signing->asked =
        dce_op_ask(&signing->op, svc_cas(dce->svc), "/quoin.v1.Credentials/Prove", &ask.base, 0);
    dce_op_go(&signing->op, proof_asked);
}

// --- by a release key ---------------------------------------------------------------------------

static bool try_is_over(unsigned *tries, int64_t *minute, unsigned most)
{
    int64_t now = clk_mono_ms() / MINUTE_MS;
    if (*minute != now) {
        *minute = now;
        *tries = 0;
    }
    return (*tries)++ >= most;
}

static void key_asked(struct dce_op *op)
{
    struct signing *signing = (struct signing *)op;
    struct session *session = NULL;
    struct err err;
    size_t found = 0;
    for (size_t at = 0; at < signing->engine_count; at++) {
        const Quoin__V1__ListJobsReply *jobs = (const void *)signing->engines[at]->reply;
        found += jobs == NULL ? 0 : jobs->n_jobs;
    }
    if (found == 0) {
        signing_deny(signing, ERR_DENIED, "unknown-release-key", "no job waits for this key");
        return;
    }
    signing->by = "release-key";
    if (!session_open(signing, NULL, signing->ask->release_key, &session, &err)) {
        signing_refuse(signing, &err, NULL);
        return;
    }
    memcpy(signing->session, session->hash, sizeof(signing->session));
    signed_in(op, 0);
}

static void sign_in_key(struct signing *signing, struct dce_device *device)
{
    struct dce *dce = signing->op.dce;
    Quoin__V1__ListHeldRequest ask = QUOIN__V1__LIST_HELD_REQUEST__INIT;
    bool is_over = try_is_over(&dce->tries, &dce->tries_minute, TRIES_ALL);
    if (device != NULL) {
        is_over = try_is_over(&device->tries, &device->tries_minute, TRIES_DEVICE) || is_over;
    }
    if (is_over) {
        signing_deny(signing, ERR_LIMIT, "too-many-tries",
                     "too many keys were tried; wait a minute");
        return;
    }
    if (device != NULL && !dce_device_takes(device->told, "release-key")) {
        signing_deny(signing, ERR_DENIED, "not-taken-here", "release keys are not taken here");
        return;
    }
    ask.release_key = signing->ask->release_key;
    ask.limit = 1;
    for (size_t at = 0; at < dce->engine_count; at++) {
        if (dce_engine_is_there(dce->engines[at])) {
            signing->engines[signing->engine_count++] =
                dce_op_ask_engine(&signing->op, dce->engines[at], "/quoin.v1.Jobs/ListHeld",
                                  &ask.base, DCE_ENGINE_WAIT_MS);
        }
    }
    dce_op_go(&signing->op, key_asked);
}

// --- the calls ----------------------------------------------------------------------------------

static void sign_in_person(struct signing *signing)
{
    Quoin__V1__WhoIsRequest ask = QUOIN__V1__WHO_IS_REQUEST__INIT;
    if (strcmp(signing->op.role, "web") != 0 || signing->device[0] != '\0') {
        signing_deny(signing, ERR_DENIED, "proof-needed",
                     "a person is known without a proof to the web alone");
        return;
    }
    ask.user = signing->ask->person;
    signing->asked = dce_op_ask(&signing->op, svc_cas(signing->op.dce->svc),
                                "/quoin.v1.Credentials/WhoIs", &ask.base, 0);
    dce_op_go(&signing->op, proof_asked);
}

// A card that was read before, with the PIN that it wants.
static void sign_in_pending(struct signing *signing)
{
    struct dce *dce = signing->op.dce;
    const Quoin__V1__SignInRequest *ask = signing->ask;
    struct session *pending = dce_session_find(&dce->sessions, str_of(ask->pending));
    if (pending == NULL || pending->kind != SESSION_WANTS_PIN || ask->proof == NULL ||
        strcmp(pending->device, signing->device) != 0) {
        signing_deny(signing, ERR_DENIED, "session-ended", "show the card once more");
        return;
    }
    signing->has_pending = true;
    memcpy(signing->pending, pending->hash, sizeof(signing->pending));
    signing->card = dce_text(&signing->op.arena, pending->secret);
    signing->reader = dce_text(&signing->op.arena, pending->reader == NULL ? "" : pending->reader);
    Quoin__V1__ProveRequest proof = QUOIN__V1__PROVE_REQUEST__INIT;
    proof.pin = ask->proof->pin;
    proof.address = ask->address;
    prove(signing, &proof, ask->key);
}

static void sign_in_proof(struct signing *signing, const struct dce_device *device)
{
    const Quoin__V1__SignInRequest *ask = signing->ask;
    Quoin__V1__ProveRequest proof;
    if (ask->proof == NULL || strlen(ask->proof->card) > SESSION_CARD_MAX) {
        signing_deny(signing, ERR_INVALID, "proof-needed", "say who it is, and prove it");
        return;
    }
    proof = *ask->proof;
    if (proof.address[0] == '\0') {
        proof.address = ask->address;
    }
    signing->card = proof.card;
    signing->reader = proof.reader[0] != '\0' || device == NULL
                          ? proof.reader
                          : dce_text(&signing->op.arena, device->told->reader);
    prove(signing, &proof, ask->key);
}

// Whether the asker's key stands for a session already; then it is answered and the op is gone.
static bool is_asked_again(struct signing *signing, ProtobufCBinaryData key,
                           const ProtobufCMessage *ask)
{
    struct dce *dce = signing->op.dce;
    struct arena *arena = &signing->op.arena;
    size_t len = protobuf_c_message_get_packed_size(ask);
    uint8_t *bytes = arena_new(arena, len + 1);
    assert(bytes != NULL); // a question is at most 1 MiB
    (void)protobuf_c_message_pack(ask, bytes);
    const struct str secret = { (const char *)dce->secret, sizeof(dce->secret) };
    crypto_mac_of(secret, (struct str){ (const char *)bytes, len }, signing->asked_hash);
    dce_session_id(dce->secret, (struct str){ (const char *)key.data, key.len }, signing->id);
    struct session *session = dce_session_find(&dce->sessions, str_of(signing->id));
    if (session == NULL) {
        return false;
    }
    if (!crypto_is_same(session->asked_hash, signing->asked_hash, CRYPTO_HASH_LEN)) {
        signing_deny(signing, ERR_CONFLICT, "key-used", "that key was used for another question");
        return true;
    }
    Quoin__V1__Session reply;
    dce_session_fill(arena, session, &reply);
    reply.id = signing->id;
    dce_op_answer(&signing->op, &reply.base);
    return true;
}

static struct signing *signing_new(struct dce *dce, struct wire_call *call,
                                   const ProtobufCMessage *asked)
{
    const ProtobufCMessage *kept = NULL;
    struct signing *signing = dce_op_new(dce, sizeof(*signing), call, asked, &kept);
    signing->ask = (const void *)kept;
    signing->device = "";
    signing->card = "";
    signing->reader = "";
    signing->by = "";
    return signing;
}

// NULL with *denied: the device is nothing that this asker may use.
static struct dce_device *device_asked(struct signing *signing, bool *denied)
{
    struct dce *dce = signing->op.dce;
    const char *role = signing->op.role;
    struct dce_device *device = dce_device_find(dce, signing->device);
    *denied = false;
    if (signing->device[0] == '\0' && strcmp(role, "panel") != 0) {
        return NULL;
    }
    *denied = device == NULL || !dce_device_is_for(device, role, signing->op.host);
    return device;
}

void dce_sign_in(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    struct signing *signing = signing_new(dce, call, asked);
    const Quoin__V1__SignInRequest *ask = signing->ask;
    signing->device = ask->device;
    if (is_asked_again(signing, ask->key, asked)) {
        return;
    }
    bool denied = false;
    struct dce_device *device = device_asked(signing, &denied);
    if (denied && !dce->has_devices) {
        signing_deny(signing, ERR_UNAVAILABLE, "try-again",
                     "the devices are not known yet: CAS does not answer");
    } else if (denied) {
        signing_deny(signing, ERR_NOT_FOUND, "no-such-device", "there is no such device");
    } else if (ask->person[0] != '\0') {
        sign_in_person(signing);
    } else if (ask->release_key[0] != '\0') {
        sign_in_key(signing, device);
    } else if (ask->pending[0] != '\0') {
        sign_in_pending(signing);
    } else {
        sign_in_proof(signing, device);
    }
}

// --- registering a card -------------------------------------------------------------------------

static void card_added(struct dce_op *op)
{
    struct signing *signing = (struct signing *)op;
    if (signing->asked->reply == NULL) {
        signing_refuse(signing, &signing->asked->err, signing->asked->reasons);
        return;
    }
    op->dce->counts.cards++;
    signing_proven(signing, signing->proof);
}

static void registrar_proven(struct dce_op *op)
{
    struct signing *signing = (struct signing *)op;
    const Quoin__V1__Proof *proof = (const void *)signing->asked->reply;
    Quoin__V1__AddCardRequest ask = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    if (proof == NULL) {
        signing_refuse(signing, &signing->asked->err, signing->asked->reasons);
        return;
    }
    signing->proof = proof;
    ask.key = dce_op_key(op, signing->registers->key, "add-card", "", 0);
    ask.user = proof->user;
    ask.raw = dce_text(&op->arena, signing->card);
    ask.reader = dce_text(&op->arena, signing->reader);
    ask.title = signing->registers->title;
    signing->asked =
        dce_op_ask(op, svc_cas(op->dce->svc), "/quoin.v1.Credentials/AddCard", &ask.base, 0);
    dce_op_go(op, card_added);
}

void dce_register_card(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    static char *password[] = { (char *)(uintptr_t) "password" };
    struct dce *dce = engine;
    struct signing *signing = signing_new(dce, call, asked);
    const Quoin__V1__RegisterCardRequest *ask = (const void *)signing->ask;
    signing->registers = ask;
    signing->ask = NULL;
    if (is_asked_again(signing, ask->key, asked)) {
        return;
    }
    struct session *pending = dce_session_find(&dce->sessions, str_of(ask->session));
    const struct dce_device *device =
        pending == NULL ? NULL : dce_device_find(dce, pending->device);
    if (device == NULL || pending->kind != SESSION_CARD_UNKNOWN || !device->told->register_cards ||
        !dce_device_is_for(device, signing->op.role, signing->op.host)) {
        signing_deny(signing, ERR_DENIED, "session-ended", "show the card once more");
        return;
    }
    signing->has_pending = true;
    memcpy(signing->pending, pending->hash, sizeof(signing->pending));
    signing->device = dce_text(&signing->op.arena, device->name);
    signing->card = dce_text(&signing->op.arena, pending->secret);
    signing->reader = dce_text(&signing->op.arena, pending->reader == NULL ? "" : pending->reader);
    Quoin__V1__ProveRequest proof = QUOIN__V1__PROVE_REQUEST__INIT;
    proof.key = ask->key;
    proof.device = dce_text(&signing->op.arena, signing->device);
    proof.user = ask->user;
    proof.password = ask->password;
    proof.n_may = 1;
    proof.may = password;
    signing->asked =
        dce_op_ask(&signing->op, svc_cas(dce->svc), "/quoin.v1.Credentials/Prove", &proof.base, 0);
    dce_op_go(&signing->op, registrar_proven);
}

// --- a reader beside the device -----------------------------------------------------------------

// A reader that reads a card again and again while it lies there is not meant: it is shown once.
static bool is_shown_again(struct dce *dce, struct dce_device *device, const char *card)
{
    uint8_t mac[CRYPTO_HASH_LEN];
    const struct str secret = { (const char *)dce->secret, sizeof(dce->secret) };
    int64_t now = clk_mono_ms();
    crypto_mac_of(secret, str_of(card), mac);
    bool is_same = crypto_is_same(mac, device->card_mac, sizeof(mac));
    bool is_again = is_same && now - device->card_ms < BOUNCE_MS;
    memcpy(device->card_mac, mac, sizeof(mac));
    device->card_ms = now;
    return is_again;
}

void dce_card_read(struct dce *dce, struct dce_device *device, const char *card,
                   const char *address)
{
    struct session *session = dce_session_at(&dce->sessions, str_of(device->name));
    if (is_shown_again(dce, device, card)) {
        return;
    }
    bool is_theirs = session != NULL && session->secret != NULL &&
                     strlen(session->secret) == strlen(card) &&
                     crypto_is_same(session->secret, card, strlen(card));
    if (is_theirs) { // the card once more: its owner goes
        dce_session_end(&dce->sessions, session, "signed-out");
        return;
    }
    struct signing *signing = signing_new(dce, NULL, NULL);
    uint8_t key[WIRE_KEY_LEN];
    rnd_bytes(key, sizeof(key));
    signing->is_read = true;
    signing->device = dce_text(&signing->op.arena, device->name);
    signing->card = dce_text(&signing->op.arena, card);
    signing->reader = dce_text(&signing->op.arena, device->told->reader);
    const ProtobufCBinaryData bytes = { sizeof(key), key };
    dce_session_id(dce->secret, (struct str){ (const char *)key, sizeof(key) }, signing->id);
    Quoin__V1__ProveRequest proof = QUOIN__V1__PROVE_REQUEST__INIT;
    proof.address = dce_text(&signing->op.arena, address);
    prove(signing, &proof, bytes);
}
