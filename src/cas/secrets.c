// secrets: passwords and PINs are set and removed, and the first administrator sets the own one. No
// secret goes into a table, nor into the digest of a request: a PIN would be found from that.
// no unit test: test_credentials.c and test_prove.c ask it

#include "base/mem.h"
#include "cas/credentials.h"

// ---- set and removed ---------------------------------------------------------------------------

// The request without what nobody may guess from its digest.
static const ProtobufCMessage *secrets_plain(struct cas_turn *turn,
                                             const Quoin__V1__SetSecretRequest *set)
{
    Quoin__V1__SetSecretRequest *plain =
        cas_message(turn->arena, &quoin__v1__set_secret_request__descriptor);
    plain->key = set->key;
    plain->user = set->user;
    plain->kind = set->kind;
    plain->make = set->make;
    plain->check_old = set->check_old;
    plain->must_change = set->must_change;
    plain->no_roles = set->no_roles;
    plain->dry_run = set->dry_run;
    plain->secret = cas_text(turn->arena, str_of(set->secret[0] == '\0' ? "" : "given"));
    return &plain->base;
}

static bool secrets_kind(const Quoin__V1__SetSecretRequest *set, enum credential_kind *kind,
                         struct err *err)
{
    bool pin = strcmp(set->kind, "pin") == 0;
    *kind = pin ? CREDENTIAL_PIN : CREDENTIAL_PASSWORD;
    if (!pin && strcmp(set->kind, "password") != 0) {
        return err_set(err, ERR_INVALID, "what is set is a password or a pin");
    }
    if (set->make && (!pin || set->secret[0] != '\0')) {
        return err_set(err, ERR_INVALID, "a PIN is made or given, a password is given");
    }
    return strlen(set->old) <= CREDENTIAL_SECRET_MAX ||
           err_why(err, ERR_INVALID, "sign-in-refused", "the secret of before is too long");
}

// The same for the same key: so it is told again to who did not hear the answer.
static const char *secrets_made(struct cas *cas, struct cas_turn *turn,
                                const Quoin__V1__SetSecretRequest *set)
{
    char pin[7];
    struct str key = { (const char *)set->key.data, set->key.len };
    struct credential_mac mac = credential_mac_of(cas->credential, "a made pin", key);
    credential_pin_make(&mac, pin);
    return cas_text(turn->arena, str_of(pin));
}

static const char *secrets_pin_text(struct cas *cas, struct cas_turn *turn, int64_t person,
                                    const char *pin)
{
    char text[2 * CRYPTO_HASH_LEN + 1];
    credential_pin_text(cas->credential, person, str_of(pin), text);
    return cas_text(turn->arena, str_of(text));
}

// What would be, had it been done.
static bool secrets_would(struct cas *cas, struct cas_turn *turn, const struct cas_slow *slow,
                          const struct accounts_person *person, enum credential_kind kind,
                          const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__CredentialState *state;
    if (!cas_credential_state(cas, turn, person, &state, err)) {
        return false;
    }
    *(kind == CREDENTIAL_PIN ? &state->has_pin : &state->has_password) = slow->makes;
    *reply = &state->base;
    return true;
}

static bool secrets_write(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                          const struct accounts_person *person, enum credential_kind kind,
                          const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__SetSecretRequest *set = (const Quoin__V1__SetSecretRequest *)slow->ask;
    struct credential_try of = cas_try_of_person(turn->arena, person->id, kind);
    const struct credential_secret secret = { .kind = kind,
                                              .verifier =
                                                  slow->makes ? str_of(slow->made) : STR(""),
                                              .must_change = set->must_change,
                                              .at = turn->now };
    Quoin__V1__CredentialState *state;
    if (set->dry_run) {
        return secrets_would(cas, turn, slow, person, kind, reply, err);
    }
    if (!credential_secret_set(cas->credential, person->id, &secret, err) ||
        !credential_tries_end(cas->credential, &of, err) ||
        !cas_credential_note(cas, turn, person->id, kind == CREDENTIAL_PIN ? "pin" : "password",
                             STR(""), slow->makes ? STR("set") : STR("removed"), err) ||
        !cas_credential_state(cas, turn, person, &state, err)) {
        return false;
    }
    *reply = &state->base;
    if (!cas_answer_keep(cas, turn, secrets_plain(turn, set), set->key, *reply, err)) {
        return false;
    }
    state->made =
        set->make ? cas_text(turn->arena, str_of(secrets_made(cas, turn, set))) : state->made;
    return true;
}

// A person who changes the own secret says the old one; where there is none nothing is right.
static bool secrets_check_old(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                              const struct accounts_person *person, enum credential_kind kind,
                              struct err *err)
{
    const Quoin__V1__SetSecretRequest *set = (const Quoin__V1__SetSecretRequest *)slow->ask;
    struct credential_try of = cas_try_of_person(turn->arena, person->id, kind);
    struct credential_person known;
    bool allowed;
    bool pin = kind == CREDENTIAL_PIN;
    slow->by = pin ? "pin" : "password";
    cas_slow_try(turn, slow, of.of, of.subject);
    if (!credential_get(cas->credential, person->id, turn->arena, &known, err) ||
        !cas_slow_count(cas, turn, slow, &allowed, err)) {
        return false;
    }
    struct str verifier = pin ? known.pin : known.password;
    slow->checks = true;
    slow->verifier = allowed && verifier.len > 0 && !cas_is_out(person)
                         ? cas_text(turn->arena, verifier)
                         : crypto_secret_dummy(pin ? CRYPTO_SECRET_PIN : CRYPTO_SECRET_PASSWORD);
    slow->secret = str_of(pin ? secrets_pin_text(cas, turn, person->id, set->old) : set->old);
    return true;
}

static bool secrets_fresh(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                          const struct accounts_person *person, enum credential_kind kind,
                          struct err *err)
{
    const Quoin__V1__SetSecretRequest *set = (const Quoin__V1__SetSecretRequest *)slow->ask;
    const char *fresh = set->make ? secrets_made(cas, turn, set) : set->secret;
    bool pin = kind == CREDENTIAL_PIN;
    slow->makes = fresh[0] != '\0';
    slow->fresh_kind = pin ? CRYPTO_SECRET_PIN : CRYPTO_SECRET_PASSWORD;
    slow->fresh = str_of(fresh);
    if (!slow->makes) {
        return true;
    }
    if (!(pin ? credential_pin_check(slow->fresh, err)
              : credential_password_check(slow->fresh, person->name, err))) {
        return false;
    }
    slow->fresh = pin ? str_of(secrets_pin_text(cas, turn, person->id, fresh)) : slow->fresh;
    return true;
}

bool cas_secret_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                      const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__SetSecretRequest *set = (const Quoin__V1__SetSecretRequest *)slow->ask;
    struct accounts_person person;
    enum credential_kind kind;
    bool found;
    if (!secrets_kind(set, &kind, err) ||
        !cas_answered(cas, turn, secrets_plain(turn, set), set->key,
                      &quoin__v1__credential_state__descriptor, reply, &found, err)) {
        return false;
    }
    if (found && set->make) {
        Quoin__V1__CredentialState *state =
            cas_message(turn->arena, &quoin__v1__credential_state__descriptor);
        *state = *(const Quoin__V1__CredentialState *)*reply;
        state->made = cas_text(turn->arena, str_of(secrets_made(cas, turn, set)));
        *reply = &state->base;
    }
    if (found) {
        return true;
    }
    if ((kind == CREDENTIAL_PIN && !credential_pepper_check(cas->credential, err)) ||
        !cas_person(cas, turn, set->user, &person, err)) {
        return false;
    }
    if (person.is_removed) {
        return err_why(err, ERR_NOT_FOUND, "user-gone", "the user \"%.*s\" was removed",
                       (int)person.name.len, person.name.ptr);
    }
    slow->person = person.id;
    if (!cas_credential_may(cas, turn, &person, set->no_roles, err) ||
        !secrets_fresh(cas, turn, slow, &person, kind, err) ||
        (set->check_old && !secrets_check_old(cas, turn, slow, &person, kind, err))) {
        return false;
    }
    return slow->checks || slow->makes || slow->is_refused ||
           secrets_write(cas, turn, slow, &person, kind, reply, err);
}

bool cas_secret_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                    const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__SetSecretRequest *set = (const Quoin__V1__SetSecretRequest *)slow->ask;
    struct accounts_person person;
    struct credential_person known;
    enum credential_kind kind;
    if (!secrets_kind(set, &kind, err) ||
        !accounts_person_get(cas->accounts, slow->person, turn->arena, &person, err) ||
        !cas_credential_may(cas, turn, &person, set->no_roles, err) ||
        !credential_get(cas->credential, slow->person, turn->arena, &known, err)) {
        return false;
    }
    struct str verifier = kind == CREDENTIAL_PIN ? known.pin : known.password;
    if (slow->checks && !str_eq(verifier, str_of(slow->verifier))) {
        cas_slow_refuse(slow, turn);
        return true;
    }
    return cas_slow_right(cas, turn, slow, err) &&
           secrets_write(cas, turn, slow, &person, kind, reply, err);
}

// ---- the first administrator -------------------------------------------------------------------

static const char *const secrets_setup_over[] = { "set-up-over", NULL };

// Good, and nobody was quicker. Otherwise refused.
static bool secrets_setup_is(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                             bool uses, struct err *err)
{
    const Quoin__V1__UseSetupRequest *use = (const Quoin__V1__UseSetupRequest *)slow->ask;
    struct str key = { (const char *)use->key.data, use->key.len };
    bool has;
    bool ok;
    if (!cas_has_administrator(cas, turn, &has, err)) {
        return false;
    }
    if (!has &&
        !(uses ? credential_setup_use(cas->credential, str_of(use->token), key, turn->now, &ok, err)
               : credential_setup_is(cas->credential, str_of(use->token), key, turn->now, &ok,
                                     err))) {
        return false;
    }
    if (has || !ok) {
        turn->reasons = secrets_setup_over;
        slow->is_refused = true;
        err_fill(&slow->refusal, ERR_DENIED,
                 "this set-up is over, or was used: quoin setup makes another one while there is "
                 "no administrator");
    }
    return true;
}

static const ProtobufCMessage *secrets_setup_plain(struct cas_turn *turn,
                                                   const Quoin__V1__UseSetupRequest *use)
{
    Quoin__V1__UseSetupRequest *plain =
        cas_message(turn->arena, &quoin__v1__use_setup_request__descriptor);
    plain->key = use->key;
    plain->user = use->user;
    plain->full_name = use->full_name;
    return &plain->base;
}

bool cas_setup_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                     const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__UseSetupRequest *use = (const Quoin__V1__UseSetupRequest *)slow->ask;
    char folded[ACCOUNTS_NAME_MAX + 1];
    bool found;
    if (!cas_answered(cas, turn, secrets_setup_plain(turn, use), use->key,
                      &quoin__v1__credential_state__descriptor, reply, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!secrets_setup_is(cas, turn, slow, false, err)) {
        return false;
    }
    slow->makes = true;
    slow->fresh = str_of(use->password);
    slow->fresh_kind = CRYPTO_SECRET_PASSWORD;
    return slow->is_refused || (accounts_name_fold(str_of(use->user), folded, err) &&
                                credential_password_check(slow->fresh, str_of(folded), err));
}

// The person, who may be new.
static bool secrets_setup_person(struct cas *cas, struct cas_turn *turn,
                                 const Quoin__V1__UseSetupRequest *use,
                                 struct accounts_person *person, struct err *err)
{
    bool found;
    if (!accounts_person_find(cas->accounts, str_of(use->user), turn->arena, person, &found, err)) {
        return false;
    }
    if (!found || person->is_removed) {
        const ProtobufCMessage *added;
        struct ledger_key *key = arena_new(turn->arena, sizeof(*key));
        Quoin__V1__AddPersonRequest *add =
            cas_message(turn->arena, &quoin__v1__add_person_request__descriptor);
        *key = cas_key_of(use->key, "administrator", 0);
        add->key = (ProtobufCBinaryData){ sizeof(key->bytes), key->bytes };
        add->name = use->user;
        add->full_name = use->full_name;
        return cas_people_add(cas, turn, &add->base, &added, err) &&
               cas_person(cas, turn, use->user, person, err);
    }
    return !cas_is_out(person) ||
           err_why(err, ERR_DENIED, "user-locked", "that user is locked; choose another name");
}

bool cas_setup_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                   const ProtobufCMessage **reply, struct err *err)
{
    const Quoin__V1__UseSetupRequest *use = (const Quoin__V1__UseSetupRequest *)slow->ask;
    const struct credential_secret secret = { .kind = CREDENTIAL_PASSWORD,
                                              .verifier = str_of(slow->made),
                                              .at = turn->now };
    struct accounts_person person;
    struct credential_person known;
    Quoin__V1__CredentialState *state;
    if (!secrets_setup_is(cas, turn, slow, true, err)) {
        return false;
    }
    if (slow->is_refused) {
        return true;
    }
    if (!secrets_setup_person(cas, turn, use, &person, err) ||
        !credential_get(cas->credential, person.id, turn->arena, &known, err) ||
        !credential_secret_set(cas->credential, person.id, &secret, err) ||
        !credential_roles_set(cas->credential, person.id, known.roles | CREDENTIAL_ADMINISTRATOR,
                              err) ||
        !cas_credential_note(cas, turn, person.id, "roles", STR(""),
                             STR("administrator by the set-up"), err) ||
        !cas_credential_state(cas, turn, &person, &state, err)) {
        return false;
    }
    *reply = &state->base;
    return cas_answer_keep(cas, turn, secrets_setup_plain(turn, use), use->key, *reply, err);
}
