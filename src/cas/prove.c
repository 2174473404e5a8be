// prove: whether somebody is who they say, by a card, a card and its PIN, a PIN, a password or a
// ticket. An unknown user, a wrong secret and a locked person get one text and one amount of work.

#include "cas/credentials.h"

#include "base/log.h"

static const char *const prove_unknown_card[] = { "unknown-card", NULL };
static const char *const prove_unread_card[] = { "unreadable-card", NULL };
static const char *const prove_old_card[] = { "card-expired", NULL };
static const char *const prove_pin_needed[] = { "pin-needed", NULL };
static const char *const prove_not_taken[] = { "not-taken-here", NULL };

static bool prove_may(const Quoin__V1__ProveRequest *prove, const char *what)
{
    bool may = prove->n_may == 0;
    for (size_t i = 0; i < prove->n_may; i++) {
        may = may || strcmp(prove->may[i], what) == 0;
    }
    return may;
}

static bool prove_refuse(struct cas_slow *slow, struct cas_turn *turn, const char *const *reasons,
                         enum err_code code, const char *text)
{
    turn->reasons = reasons;
    slow->is_refused = true;
    err_fill(&slow->refusal, code, "%s", text);
    return true;
}

static bool prove_refuse_kind(struct cas_slow *slow, struct cas_turn *turn)
{
    return prove_refuse(slow, turn, prove_not_taken, ERR_DENIED,
                        "that way of signing in is not taken here");
}

// ---- the answer --------------------------------------------------------------------------------

static bool prove_delegators(struct cas *cas, struct cas_turn *turn, int64_t person,
                             Quoin__V1__Proof *proof, struct err *err)
{
    struct credential_delegate found[CREDENTIAL_DELEGATES_MAX];
    size_t count;
    if (!credential_delegates(cas->credential, person, true, turn->now, found, &count, err)) {
        return false;
    }
    proof->delegators = arena_new_array(turn->arena, count, sizeof(*proof->delegators));
    proof->delegator_until = arena_new_array(turn->arena, count, sizeof(*proof->delegator_until));
    if (!arena_ok(turn->arena)) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    for (size_t i = 0; i < count; i++) {
        struct accounts_person other;
        if (!accounts_person_get(cas->accounts, found[i].person, turn->arena, &other, err)) {
            return false;
        }
        if (!cas_is_out(&other)) {
            proof->delegators[proof->n_delegators++] = cas_text(turn->arena, other.name);
            proof->delegator_until[proof->n_delegator_until++] = found[i].until;
        }
    }
    return true;
}

// A card that ends takes what it opened along.
static bool prove_until(struct cas *cas, struct cas_turn *turn, Quoin__V1__Proof *proof,
                        struct err *err)
{
    struct credential_card card = { .valid_until = 0 };
    bool found;
    if (proof->card != 0 &&
        !credential_card_get(cas->credential, proof->card, turn->arena, &card, &found, err)) {
        return false;
    }
    proof->until = card.valid_until;
    return true;
}

static bool prove_proof(struct cas *cas, struct cas_turn *turn, const struct cas_slow *slow,
                        const struct accounts_person *person, const ProtobufCMessage **reply,
                        struct err *err)
{
    struct credential_person known;
    struct arena *arena = turn->arena;
    Quoin__V1__Proof *proof = cas_message(arena, &quoin__v1__proof__descriptor);
    if (!credential_get(cas->credential, person->id, arena, &known, err)) {
        return false;
    }
    proof->person = person->id;
    proof->user = cas_text(arena, person->name);
    proof->full_name = cas_text(arena, person->full_name);
    proof->language =
        cas_text(arena, known.likes.language.len > 0 ? known.likes.language : person->language);
    proof->roles = cas_role_names(arena, known.roles, &proof->n_roles);
    proof->by = cas_text(arena, str_of(slow->by));
    proof->preferences = cas_preferences(arena, &known.likes);
    proof->department = cas_text(arena, person->department);
    proof->version = known.version;
    proof->card = slow->card;
    proof->must_change = strcmp(slow->by, "password") == 0
                             ? known.must_change_password
                             : strstr(slow->by, "pin") != NULL && known.must_change_pin;
    proof->groups = arena_new_array(arena, person->group_count, sizeof(*proof->groups));
    for (size_t i = 0; i < person->group_count; i++) {
        proof->groups[proof->n_groups++] = cas_text(arena, person->groups[i]);
    }
    *reply = &proof->base;
    return prove_until(cas, turn, proof, err) &&
           prove_delegators(cas, turn, person->id, proof, err);
}

// ---- ways --------------------------------------------------------------------------------------

// What is compared: the person's verifier, or one that nobody has.
static bool prove_compare(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                          const struct accounts_person *person, bool by_pin, bool allowed,
                          struct err *err)
{
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    struct credential_person known = { .pin = STR(""), .password = STR("") };
    if (person != NULL && !credential_get(cas->credential, person->id, turn->arena, &known, err)) {
        return false;
    }
    struct str verifier = by_pin ? known.pin : known.password;
    bool real = allowed && person != NULL && !cas_is_out(person) && verifier.len > 0;
    slow->checks = true;
    slow->person = person == NULL ? 0 : person->id;
    slow->verifier = real
                         ? cas_text(turn->arena, verifier)
                         : crypto_secret_dummy(by_pin ? CRYPTO_SECRET_PIN : CRYPTO_SECRET_PASSWORD);
    slow->secret = str_of(prove->password);
    if (by_pin) {
        char text[2 * CRYPTO_HASH_LEN + 1];
        credential_pin_text(cas->credential, slow->person, str_of(prove->pin), text);
        slow->secret = str_of(cas_text(turn->arena, str_of(text)));
    }
    return true;
}

static bool prove_user(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                       struct err *err)
{
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    bool by_pin = prove->password[0] == '\0';
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct accounts_person person = { .id = 0 };
    struct err unheard; // what is no name is nobody's
    bool allowed;
    bool found = false;
    slow->by = by_pin ? "pin" : "password";
    if (!prove_may(prove, slow->by)) {
        return prove_refuse_kind(slow, turn);
    }
    if (by_pin && !credential_pepper_check(cas->credential, err)) {
        return false;
    }
    if (accounts_name_fold(str_of(prove->user), folded, &unheard) &&
        !accounts_person_find(cas->accounts, str_of(folded), turn->arena, &person, &found, err)) {
        return false;
    }
    if (found) {
        struct credential_try of = cas_try_of_person(turn->arena, person.id,
                                                     by_pin ? CREDENTIAL_PIN : CREDENTIAL_PASSWORD);
        cas_slow_try(turn, slow, of.of, of.subject);
    } else {
        struct credential_mac mac = credential_mac_of(
            cas->credential, by_pin ? "name with a pin" : "name", str_of(prove->user));
        cas_slow_try(turn, slow, CREDENTIAL_OF_NAME,
                     (struct str){ (const char *)mac.bytes, sizeof(mac.bytes) });
    }
    if (!cas_slow_count(cas, turn, slow, &allowed, err)) {
        return false;
    }
    return slow->is_refused ||
           prove_compare(cas, turn, slow, found ? &person : NULL, by_pin, allowed, err);
}

static bool prove_card_alone(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                             const struct accounts_person *person, const ProtobufCMessage **reply,
                             struct err *err)
{
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    slow->by = "card";
    slow->person = person->id;
    if (cas_is_out(person)) {
        cas_slow_refuse(slow, turn);
        return true;
    }
    return credential_card_used(cas->credential, slow->card, turn->now, str_of(prove->device),
                                err) &&
           prove_proof(cas, turn, slow, person, reply, err);
}

static bool prove_card_pin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                           const struct accounts_person *person, const struct credential_mac *mac,
                           struct err *err)
{
    struct credential_try of = cas_try_of_person(turn->arena, person->id, CREDENTIAL_PIN);
    bool allowed;
    slow->by = "card+pin";
    cas_slow_try(turn, slow, of.of, of.subject);
    cas_slow_try(turn, slow, CREDENTIAL_OF_CARD,
                 (struct str){ (const char *)mac->bytes, sizeof(mac->bytes) });
    if (!cas_slow_count(cas, turn, slow, &allowed, err)) {
        return false;
    }
    return slow->is_refused || prove_compare(cas, turn, slow, person, true, allowed, err);
}

// Numbers are guessed too: what is nobody's card counts for the device and the address.
static bool prove_card_unknown(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                               bool is_read, struct err *err)
{
    bool allowed;
    if (!cas_slow_count(cas, turn, slow, &allowed, err) || slow->is_refused) {
        return slow->is_refused;
    }
    if (is_read) {
        return prove_refuse(slow, turn, prove_unknown_card, ERR_NOT_FOUND,
                            "this card is nobody's yet");
    }
    // Who stands there can do nothing about it; who can reads the log. Never what was read.
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    log_event(LOG_WARNING, "credential.unreadable-card", log_text("device", prove->device),
              log_text("reader", prove->reader),
              log_int("characters", (int64_t)strlen(prove->card)),
              log_text("hint", "quoin card test shows which format refuses it and why"));
    return prove_refuse(slow, turn, prove_unread_card, ERR_INVALID,
                        "this card cannot be read here; hold it to the reader once more, sign in "
                        "another way or ask the help desk");
}

static bool prove_card(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                       const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    struct cas_card_read read;
    struct credential_card card = { .id = 0 };
    struct accounts_person person;
    bool found;
    bool alone = prove_may(prove, "card");
    bool with_pin = prove_may(prove, "card+pin");
    if (!alone && !with_pin) {
        return prove_refuse_kind(slow, turn);
    }
    if (!credential_pepper_check(cas->credential, err) ||
        !cas_card_read(cas, prove->card, prove->reader, &read, &found, err)) {
        return false;
    }
    if (!found) {
        return prove_card_unknown(cas, turn, slow, false, err);
    }
    struct credential_mac mac = credential_card_mac(cas->credential, str_of(read.number));
    if (!credential_card_find(cas->credential, &mac, turn->arena, &card, &found, err)) {
        return false;
    }
    if (!found) {
        return prove_card_unknown(cas, turn, slow, true, err);
    }
    if (card.valid_until != 0 && card.valid_until <= turn->now) {
        return prove_refuse(slow, turn, prove_old_card, ERR_DENIED, "this card's time is over");
    }
    if (!accounts_person_get(cas->accounts, card.person, turn->arena, &person, err)) {
        return false;
    }
    slow->card = card.id;
    if (prove->pin[0] != '\0' && with_pin) {
        return prove_card_pin(cas, turn, slow, &person, &mac, err);
    }
    return alone ? prove_card_alone(cas, turn, slow, &person, reply, err)
                 : prove_refuse(slow, turn, prove_pin_needed, ERR_DENIED,
                                "this card needs its PIN too");
}

static bool prove_ticket(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                         const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    struct str key = { (const char *)prove->key.data, prove->key.len };
    struct accounts_person person;
    bool ok;
    bool allowed;
    slow->by = "ticket";
    if (!prove_may(prove, "ticket")) {
        return prove_refuse_kind(slow, turn);
    }
    if (!cas_slow_count(cas, turn, slow, &allowed, err) || slow->is_refused) {
        return slow->is_refused;
    }
    if (!credential_ticket_use(cas->credential, str_of(prove->ticket), key, turn->now,
                               &slow->person, &ok, err)) {
        return false;
    }
    if (!ok) {
        cas_slow_refuse(slow, turn);
        return true;
    }
    if (!accounts_person_get(cas->accounts, slow->person, turn->arena, &person, err)) {
        return false;
    }
    if (cas_is_out(&person)) {
        cas_slow_refuse(slow, turn);
        return true;
    }
    return cas_slow_right(cas, turn, slow, err) &&
           prove_proof(cas, turn, slow, &person, reply, err);
}

bool cas_prove_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                     const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    size_t address = strlen(prove->address);
    size_t device = strlen(prove->device);
    if (address > 64 || device > CREDENTIAL_WHERE_MAX ||
        strlen(prove->password) > CREDENTIAL_SECRET_MAX || strlen(prove->pin) > 64 ||
        strlen(prove->ticket) > 64 || strlen(prove->card) > CARD_RAW_MAX) {
        return err_set(err, ERR_INVALID, "a part of the proof is too long");
    }
    cas_slow_try(turn, slow, CREDENTIAL_OF_DEVICE, (struct str){ prove->device, device });
    cas_slow_try(turn, slow, CREDENTIAL_OF_ADDRESS, cas_place(turn->arena, prove->address));
    if (prove->ticket[0] != '\0') {
        return prove_ticket(cas, turn, slow, reply, err);
    }
    if (prove->card[0] != '\0') {
        return prove_card(cas, turn, slow, reply, err);
    }
    if (prove->user[0] != '\0' && (prove->password[0] != '\0' || prove->pin[0] != '\0')) {
        return prove_user(cas, turn, slow, err);
    }
    return err_set(err, ERR_INVALID,
                   "a proof is a ticket, a card, or a user with a password or a PIN");
}

// The secret was right. Meanwhile the person may have been locked, or the secret changed.
bool cas_prove_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                   const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)slow->ask;
    struct credential_person known;
    struct credential_card card;
    struct accounts_person person;
    bool found = true;
    if (!accounts_person_get(cas->accounts, slow->person, turn->arena, &person, err) ||
        !credential_get(cas->credential, slow->person, turn->arena, &known, err) ||
        (slow->card != 0 &&
         !credential_card_get(cas->credential, slow->card, turn->arena, &card, &found, err))) {
        return false;
    }
    struct str verifier = strcmp(slow->by, "password") == 0 ? known.password : known.pin;
    if (cas_is_out(&person) || !found || !str_eq(verifier, str_of(slow->verifier))) {
        cas_slow_refuse(slow, turn);
        return true;
    }
    return cas_slow_right(cas, turn, slow, err) &&
           (slow->card == 0 || credential_card_used(cas->credential, slow->card, turn->now,
                                                    str_of(prove->device), err)) &&
           prove_proof(cas, turn, slow, &person, reply, err);
}

CAS_CORE(cas_who_is)
{
    const Quoin__V1__WhoIsRequest *who = (const Quoin__V1__WhoIsRequest *)ask;
    struct cas_slow slow = { .by = "" };
    struct accounts_person person;
    if (!cas_person(cas, turn, who->user, &person, err)) {
        return false;
    }
    if (cas_is_out(&person)) {
        return err_set(err, ERR_DENIED, "the user \"%.*s\" is locked or removed",
                       (int)person.name.len, person.name.ptr);
    }
    return prove_proof(cas, turn, &slow, &person, reply, err);
}
