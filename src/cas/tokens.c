// tokens: tickets that sign a person in once, tokens of programs, and the code with which the first
// administrator begins. Each is told once and made of the asker's key, so that the same key is told
// the same again.
// no unit test: test_credentials.c and test_prove.c ask it

#include "cas/credentials.h"

enum {
    TOKENS_TICKET_S = 120,
    TOKENS_TICKET_MOST_S = 600,
    TOKENS_SETUP_MS = 24 * 3600 * 1000,
    TOKENS_USED_MS = 60 * 1000, // "last used" is noted so often
};

static struct str tokens_key(ProtobufCBinaryData key)
{
    return (struct str){ (const char *)key.data, key.len };
}

// ---- tickets -----------------------------------------------------------------------------------

CAS_CORE(cas_ticket_make)
{
    const Quoin__V1__MakeTicketRequest *make = (const Quoin__V1__MakeTicketRequest *)ask;
    Quoin__V1__Ticket *made = cas_message(turn->arena, &quoin__v1__ticket__descriptor);
    struct accounts_person person;
    char code[CREDENTIAL_TICKET_LEN + 1];
    bool found;
    credential_ticket_make(cas->credential, tokens_key(make->key), code);
    if (!cas_answered(cas, turn, ask, make->key, &quoin__v1__ticket__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        made->until = ((const Quoin__V1__Ticket *)*reply)->until;
        made->code = cas_text(turn->arena, str_of(code));
        *reply = &made->base;
        return true;
    }
    if (make->seconds > TOKENS_TICKET_MOST_S) {
        return err_set(err, ERR_INVALID, "a ticket is good for at most %d seconds",
                       TOKENS_TICKET_MOST_S);
    }
    if (!cas_person(cas, turn, make->user, &person, err)) {
        return false;
    }
    if (cas_is_out(&person)) {
        return err_why(err, ERR_DENIED, "user-locked", "the user is locked or removed");
    }
    made->until =
        turn->now + (int64_t)(make->seconds == 0 ? TOKENS_TICKET_S : make->seconds) * 1000;
    *reply = &made->base;
    if (!credential_ticket_add(cas->credential, str_of(code), person.id, made->until, err) ||
        !cas_answer_keep(cas, turn, ask, make->key, *reply, err)) {
        return false;
    }
    made->code = cas_text(turn->arena, str_of(code));
    return true;
}

// ---- tokens of programs ------------------------------------------------------------------------

static Quoin__V1__Token *tokens_message(struct arena *arena, const struct credential_token *token,
                                        struct str user)
{
    Quoin__V1__Token *made = cas_message(arena, &quoin__v1__token__descriptor);
    made->id = token->id;
    made->user = cas_text(arena, user);
    made->title = cas_text(arena, token->title);
    made->scopes = arena_new_array(arena, token->scope_count, sizeof(*made->scopes));
    for (size_t i = 0; i < token->scope_count; i++) {
        made->scopes[made->n_scopes++] = cas_text(arena, token->scopes[i]);
    }
    made->made_at = token->made_at;
    made->until = token->until;
    made->used_at = token->used_at;
    made->revoked = token->is_revoked;
    made->hint = cas_text(arena, token->hint);
    return made;
}

static bool tokens_check(const Quoin__V1__MakeTokenRequest *make, int64_t now, struct err *err)
{
    if (make->title[0] == '\0' || strlen(make->title) > CREDENTIAL_TITLE_MAX) {
        return err_set(err, ERR_INVALID, "a token has a title of 1 to %d bytes: what it is for",
                       CREDENTIAL_TITLE_MAX);
    }
    return make->until == 0 || make->until > now ||
           err_set(err, ERR_INVALID, "that token's time is over already");
}

static bool tokens_add(struct cas *cas, struct cas_turn *turn,
                       const Quoin__V1__MakeTokenRequest *make, const char *secret,
                       const ProtobufCMessage **reply, struct err *err)
{
    struct accounts_person person;
    struct credential_token token = { .title = str_of(make->title),
                                      .scope_count = make->n_scopes,
                                      .made_at = turn->now,
                                      .until = make->until };
    if (!tokens_check(make, turn->now, err) || !cas_person(cas, turn, make->user, &person, err)) {
        return false;
    }
    if (cas_is_out(&person)) {
        return err_why(err, ERR_DENIED, "user-locked", "the user is locked or removed");
    }
    token.person = person.id;
    token.hint = str_of(secret + CREDENTIAL_TOKEN_LEN - 4);
    token.scopes = arena_new_array(turn->arena, make->n_scopes, sizeof(*token.scopes));
    for (size_t i = 0; i < make->n_scopes && token.scopes != NULL; i++) {
        token.scopes[i] = str_of(make->scopes[i]);
    }
    if (token.scopes == NULL ||
        !credential_token_add(cas->credential, str_of(secret), &token, err) ||
        !cas_credential_note(cas, turn, person.id, "token", STR(""), token.title, err)) {
        return token.scopes != NULL ? false
                                    : err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    *reply = &tokens_message(turn->arena, &token, person.name)->base;
    return true;
}

CAS_CORE(cas_token_make)
{
    const Quoin__V1__MakeTokenRequest *make = (const Quoin__V1__MakeTokenRequest *)ask;
    char secret[CREDENTIAL_TOKEN_LEN + 1];
    bool found;
    credential_token_make(cas->credential, tokens_key(make->key), secret);
    if (!cas_answered(cas, turn, ask, make->key, &quoin__v1__token__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (!found && (!tokens_add(cas, turn, make, secret, reply, err) ||
                   !cas_answer_keep(cas, turn, ask, make->key, *reply, err))) {
        return false;
    }
    Quoin__V1__Token *told = cas_message(turn->arena, &quoin__v1__token__descriptor);
    *told = *(const Quoin__V1__Token *)*reply;
    told->secret = cas_text(turn->arena, str_of(secret));
    *reply = &told->base;
    return true;
}

CAS_CORE(cas_token_list)
{
    const Quoin__V1__ListTokensRequest *list = (const Quoin__V1__ListTokensRequest *)ask;
    Quoin__V1__ListTokensReply *made =
        cas_message(turn->arena, &quoin__v1__list_tokens_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct credential_token *tokens = arena_new_array(turn->arena, most + 1, sizeof(*tokens));
    struct accounts_person person = { .id = 0 };
    size_t count;
    size_t bytes = 0;
    if ((list->user[0] != '\0' && !cas_person(cas, turn, list->user, &person, err)) ||
        !credential_tokens(cas->credential, person.id, list->after, most + 1, turn->arena, tokens,
                           &count, err)) {
        return false;
    }
    made->more = count > most;
    made->tokens = arena_new_array(turn->arena, count, sizeof(*made->tokens));
    for (size_t i = 0; i < count && i < most; i++) {
        if (person.id != tokens[i].person &&
            !accounts_person_get(cas->accounts, tokens[i].person, turn->arena, &person, err)) {
            return false;
        }
        Quoin__V1__Token *one = tokens_message(turn->arena, &tokens[i], person.name);
        made->tokens[made->n_tokens++] = one;
        bytes += protobuf_c_message_get_packed_size(&one->base);
        if (bytes > CAS_PAGE_BYTES) {
            made->more = made->more || i + 1 < count;
            break;
        }
    }
    *reply = &made->base;
    return true;
}

// The browsers that were this device's stations are so no more; none there is no fault.
static bool tokens_revoke_device(struct cas *cas, struct cas_turn *turn,
                                 const Quoin__V1__RevokeTokenRequest *revoke,
                                 const ProtobufCMessage **reply, struct err *err)
{
    uint32_t ended = 0;
    if (revoke->id != 0 || revoke->dry_run) {
        return err_set(err, ERR_INVALID, "one token is revoked, or those of a device");
    }
    Quoin__V1__Token *made = cas_message(turn->arena, &quoin__v1__token__descriptor);
    made->title = cas_text(turn->arena, str_of(revoke->device));
    made->revoked = true;
    *reply = &made->base;
    return credential_device_end(cas->credential, str_of(revoke->device), &ended, err) &&
           cas_answer_keep(cas, turn, &revoke->base, revoke->key, *reply, err);
}

CAS_CORE(cas_token_revoke)
{
    const Quoin__V1__RevokeTokenRequest *revoke = (const Quoin__V1__RevokeTokenRequest *)ask;
    struct credential_token token = { .id = 0 };
    struct accounts_person person;
    bool found;
    if (!cas_answered(cas, turn, ask, revoke->key, &quoin__v1__token__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (revoke->device[0] != '\0') {
        return tokens_revoke_device(cas, turn, revoke, reply, err);
    }
    if (!credential_token_get(cas->credential, revoke->id, turn->arena, &token, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no token %lld", (long long)revoke->id);
    }
    if (!accounts_person_get(cas->accounts, token.person, turn->arena, &person, err)) {
        return false;
    }
    if (!token.is_revoked && !revoke->dry_run &&
        (!credential_token_revoke(cas->credential, &token, err) ||
         !cas_credential_note(cas, turn, person.id, "token", token.title, STR("revoked"), err))) {
        return false;
    }
    token.is_revoked = true;
    *reply = &tokens_message(turn->arena, &token, person.name)->base;
    return revoke->dry_run || cas_answer_keep(cas, turn, ask, revoke->key, *reply, err);
}

// One answer for a token that is unknown, revoked, over, or of somebody who is locked. A device's
// goes on without whoever paired it, and has nobody's roles.
CAS_CORE(cas_token_check)
{
    const Quoin__V1__CheckTokenRequest *check = (const Quoin__V1__CheckTokenRequest *)ask;
    static const char *const refused[] = { "token-refused", NULL };
    struct credential_token token = { .id = 0 };
    struct accounts_person person = { .id = 0 };
    struct credential_person known;
    bool found;
    if (!credential_token_find(cas->credential, str_of(check->secret), turn->arena, &token, &found,
                               err) ||
        (found && (!accounts_person_get(cas->accounts, token.person, turn->arena, &person, err) ||
                   !credential_get(cas->credential, token.person, turn->arena, &known, err)))) {
        return false;
    }
    if (!found || token.is_revoked || (token.until != 0 && token.until <= turn->now) ||
        (cas_is_out(&person) && !credential_token_is_device(&token))) {
        turn->reasons = refused;
        return err_set(err, ERR_DENIED, "this token is not good, or not any more");
    }
    if (turn->now - token.used_at >= TOKENS_USED_MS &&
        !credential_token_used(cas->credential, token.id, turn->now, err)) {
        return false;
    }
    Quoin__V1__Token *made = tokens_message(turn->arena, &token, person.name);
    made->roles = cas_role_names(turn->arena, credential_token_is_device(&token) ? 0 : known.roles,
                                 &made->n_roles);
    made->version = known.version;
    made->person = token.person;
    *reply = &made->base;
    return true;
}

// ---- the set-up --------------------------------------------------------------------------------

CAS_CORE(cas_setup_make)
{
    const Quoin__V1__MakeSetupRequest *make = (const Quoin__V1__MakeSetupRequest *)ask;
    Quoin__V1__Setup *made = cas_message(turn->arena, &quoin__v1__setup__descriptor);
    char code[CREDENTIAL_SETUP_LEN + 1];
    bool found;
    bool has;
    credential_setup_make(cas->credential, tokens_key(make->key), code);
    if (!cas_answered(cas, turn, ask, make->key, &quoin__v1__setup__descriptor, reply, &found,
                      err) ||
        (!found && !cas_has_administrator(cas, turn, &has, err))) {
        return false;
    }
    if (!found && has) {
        return err_set(err, ERR_EXISTS,
                       "there is an administrator already; quoin role list shows who, and quoin "
                       "password set gives a new password");
    }
    made->until = found ? ((const Quoin__V1__Setup *)*reply)->until : turn->now + TOKENS_SETUP_MS;
    *reply = &made->base;
    if (!found && (!credential_setup_add(cas->credential, str_of(code), made->until, err) ||
                   !cas_answer_keep(cas, turn, ask, make->key, *reply, err))) {
        return false;
    }
    made->token = cas_text(turn->arena, str_of(code));
    return true;
}
