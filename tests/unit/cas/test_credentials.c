// Secrets, cards, roles, delegates, preferences, tickets, tokens and the set-up as they are asked
// for: by key, with what follows from locks, names and merges; and no secret in any file.
#include "unit/cas/credentials.h"

#include "accounts/audit.h"
#include "base/fs.h"
#include "cas/walks.h"
#include "proto/history.pb-c.h"

#include <dirent.h>

static void test_a_pin_is_made_and_told_again_to_the_same_key(void)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of("mary");
    request.kind = text_of("pin");
    request.make = true;
    const Quoin__V1__CredentialState *state = ask_slow(&request.base);
    CHECK(state != NULL && strlen(state->made) == 6 && state->version == 1);
    const Quoin__V1__CredentialState *again = ask_slow(&request.base);
    CHECK(again != NULL && strcmp(again->made, state->made) == 0 && again->version == 1);
    CHECK(prove_pin("mary", state->made) != NULL);
    request.user = text_of("anna");
    CHECK(ask_slow(&request.base) == NULL && err.code == ERR_CONFLICT);
    CHECK(set_secret("mary", "pin", "1234") == NULL && err.code == ERR_INVALID);
    CHECK(set_secret("mary", "password", "short") == NULL && err.code == ERR_INVALID);
    CHECK(set_secret("mary", "voice", "loud and clear") == NULL && err.code == ERR_INVALID);
    CHECK(set_secret("nobody", "pin", "4711") == NULL && err.code == ERR_NOT_FOUND);
    CHECK(set_secret("mary", "pin", "") != NULL && !state_of("mary")->has_pin);
    CHECK(prove_pin("mary", state->made) == NULL);
    CHECK(unlock("mary") != NULL);
}

static const Quoin__V1__CredentialState *change_own(const char *user, const char *old,
                                                    const char *secret)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of(user);
    request.kind = text_of("password");
    request.secret = text_of(secret);
    request.old = text_of(old);
    request.check_old = true;
    return ask_slow(&request.base);
}

static void test_an_own_secret_is_changed_with_the_old_one(void)
{
    CHECK(set_secret("mary", "password", "correct horse") != NULL);
    CHECK(change_own("mary", "battery staple", "another horse") == NULL);
    CHECK(err.code == ERR_DENIED && state_of("mary")->failures == 1);
    CHECK(change_own("mary", "correct horse", "another horse") != NULL);
    CHECK(state_of("mary")->failures == 0 && prove("mary", "another horse") != NULL);
    CHECK(change_own("anna", "", "another horse") == NULL && err.code == ERR_DENIED);
    CHECK(unlock("anna") != NULL);
}

static void test_cards_come_and_go(void)
{
    Quoin__V1__AddCardRequest request = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    Quoin__V1__RemoveCardRequest remove = QUOIN__V1__REMOVE_CARD_REQUEST__INIT;
    Quoin__V1__ListCardsRequest list = QUOIN__V1__LIST_CARDS_REQUEST__INIT;
    Quoin__V1__TryCardRequest try = QUOIN__V1__TRY_CARD_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of("mary");
    request.raw = text_of(";6360123456789012=4912?");
    const Quoin__V1__Card *card = ask(&request.base);
    CHECK(card != NULL && strcmp(card->hint, "9012") == 0 && strcmp(card->format, "track-2") == 0);
    int64_t id = card == NULL ? 0 : card->id;
    card = ask(&request.base);
    CHECK(card != NULL && card->id == id);
    request.raw = text_of(";6360123456789013=4912?");
    CHECK(ask(&request.base) == NULL && err.code == ERR_CONFLICT);
    CHECK(add_card("anna", "6360123456789012", 0) == NULL && err.code == ERR_EXISTS);
    CHECK(add_card("mary", "6360123456789012", now + 5) != NULL);
    CHECK(state_of("mary")->n_cards == 1 && state_of("mary")->cards[0]->valid_until == now + 5);
    CHECK(add_card("mary", "6360123456789012", now) == NULL && err.code == ERR_INVALID);
    try.raw = text_of(";6360123456789012?");
    const Quoin__V1__TryCardReply *tried = ask(&try.base);
    CHECK(tried != NULL && strcmp(tried->user, "mary") == 0 &&
          tried->n_steps == card_default_count);
    CHECK(tried != NULL && strcmp(tried->number, "6360123456789012") == 0);
    CHECK(tried != NULL && !tried->steps[0]->fits && tried->steps[0]->why[0] != '\0');
    list.user = text_of("mary");
    const Quoin__V1__ListCardsReply *cards = ask(&list.base);
    CHECK(cards != NULL && cards->n_cards == 1 && !cards->more);
    int64_t before = state_of("mary")->version;
    remove.key = fresh_key();
    remove.number = text_of("6360 1234 5678 9012");
    CHECK(ask(&remove.base) != NULL && ask(&remove.base) != NULL);
    CHECK(state_of("mary")->version == before + 1 && state_of("mary")->n_cards == 0);
    remove.key = fresh_key();
    CHECK(ask(&remove.base) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_roles(void)
{
    Quoin__V1__ListRolesRequest list = QUOIN__V1__LIST_ROLES_REQUEST__INIT;
    CHECK(set_role("mary", "desk") != NULL && set_role("mary", "king") == NULL);
    CHECK(err.code == ERR_INVALID);
    const Quoin__V1__ListRolesReply *roles = ask(&list.base);
    CHECK(roles != NULL && roles->n_people == 1 && strcmp(roles->people[0]->roles[0], "desk") == 0);
    list.after = text_of("mary");
    roles = ask(&list.base);
    CHECK(roles != NULL && roles->n_people == 0);
    const Quoin__V1__Proof *proof = prove("mary", "another horse");
    CHECK(proof != NULL && proof->n_roles == 1 && strcmp(proof->roles[0], "desk") == 0);
}

static const Quoin__V1__ListDelegatesReply *delegate(const char *user, const char *other,
                                                     int64_t until, bool remove)
{
    Quoin__V1__SetDelegateRequest request = QUOIN__V1__SET_DELEGATE_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of(user);
    request.delegate = text_of(other);
    request.until = until;
    request.remove = remove;
    return ask(&request.base);
}

static void test_delegates(void)
{
    const Quoin__V1__ListDelegatesReply *reply = delegate("anna", "mary", now + 1000, false);
    CHECK(reply != NULL && reply->n_delegates == 1 && reply->delegates[0]->until == now + 1000);
    const Quoin__V1__Proof *proof = prove("mary", "another horse");
    CHECK(proof != NULL && proof->n_delegators == 1 && strcmp(proof->delegators[0], "anna") == 0);
    CHECK(proof->n_delegator_until == 1 && proof->delegator_until[0] == now + 1000);
    CHECK(proof->until == 0);
    int64_t version = proof->version; // another end is told to who is signed in
    CHECK(delegate("anna", "mary", now + 900, false) != NULL);
    proof = prove("mary", "another horse");
    CHECK(proof != NULL && proof->version > version && proof->delegator_until[0] == now + 900);
    CHECK(delegate("anna", "anna", 0, false) == NULL && err.code == ERR_INVALID);
    CHECK(delegate("anna", "mary", now, false) == NULL && err.code == ERR_INVALID);
    now += 1000;
    proof = prove("mary", "another horse");
    CHECK(proof != NULL && proof->n_delegators == 0);
    CHECK(delegate("anna", "mary", 0, false) != NULL);
    CHECK(delegate("anna", "mary", 0, true) != NULL);
    CHECK(delegate("anna", "mary", 0, true) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_preferences(void)
{
    Quoin__V1__Preferences likes = QUOIN__V1__PREFERENCES__INIT;
    Quoin__V1__SetPreferencesRequest set = QUOIN__V1__SET_PREFERENCES_REQUEST__INIT;
    char *fields[] = { text_of("theme"), text_of("auto_release") };
    set.key = fresh_key();
    set.user = text_of("mary");
    set.preferences = &likes;
    set.set = fields;
    set.n_set = 2;
    likes.theme = text_of("dark");
    likes.language = text_of("de");
    likes.auto_release = true;
    const Quoin__V1__Preferences *told = ask(&set.base);
    CHECK(told != NULL && strcmp(told->theme, "dark") == 0 && told->auto_release);
    CHECK(told != NULL && told->language[0] == '\0');
    set.key = fresh_key();
    likes.theme = text_of("pink");
    CHECK(ask(&set.base) == NULL && err.code == ERR_INVALID);
    set.key = fresh_key();
    set.n_set = 0;
    likes.theme = text_of("");
    CHECK(ask(&set.base) != NULL);
    const Quoin__V1__Proof *proof = prove("mary", "another horse");
    CHECK(proof != NULL && strcmp(proof->language, "de") == 0 && proof->preferences->auto_release);
}

static void test_a_ticket_signs_in_once(void)
{
    Quoin__V1__MakeTicketRequest make = QUOIN__V1__MAKE_TICKET_REQUEST__INIT;
    Quoin__V1__ProveRequest request = proof_of("");
    make.key = fresh_key();
    make.user = text_of("mary");
    const Quoin__V1__Ticket *ticket = ask(&make.base);
    CHECK(ticket != NULL && ticket->until == now + 120000 && strlen(ticket->code) == 16);
    const Quoin__V1__Ticket *again = ask(&make.base);
    CHECK(again != NULL && strcmp(again->code, ticket->code) == 0);
    request.ticket = ticket->code;
    const Quoin__V1__Proof *proof = ask_slow(&request.base);
    CHECK(proof != NULL && strcmp(proof->by, "ticket") == 0 && ask_slow(&request.base) != NULL);
    request.key = fresh_key();
    CHECK(ask_slow(&request.base) == NULL && has_reason("sign-in-refused"));
}

static const Quoin__V1__Token *make_token(const char *user, const char *scope, int64_t until)
{
    Quoin__V1__MakeTokenRequest request = QUOIN__V1__MAKE_TOKEN_REQUEST__INIT;
    char *scopes[] = { text_of(scope) };
    request.key = fresh_key();
    request.user = text_of(user);
    request.title = text_of("a script");
    request.scopes = scopes;
    request.n_scopes = 1;
    request.until = until;
    return ask(&request.base);
}

static const Quoin__V1__Token *check_token(const char *secret)
{
    Quoin__V1__CheckTokenRequest request = QUOIN__V1__CHECK_TOKEN_REQUEST__INIT;
    request.secret = text_of(secret);
    return ask(&request.base);
}

// What an engine is told follows who may print.
static const Quoin__V1__FollowAddressesReply *follow(int64_t after, int64_t change)
{
    Quoin__V1__FollowAddressesRequest request = QUOIN__V1__FOLLOW_ADDRESSES_REQUEST__INIT;
    request.after = after;
    request.change = change;
    return ask(&request.base);
}

static void test_addresses_are_followed(void)
{
    Quoin__V1__MakeAddressRequest make = QUOIN__V1__MAKE_ADDRESS_REQUEST__INIT;
    Quoin__V1__RevokeAddressRequest revoke = QUOIN__V1__REVOKE_ADDRESS_REQUEST__INIT;
    Quoin__V1__ListAddressesRequest list = QUOIN__V1__LIST_ADDRESSES_REQUEST__INIT;
    const Quoin__V1__FollowAddressesReply *told = follow(0, 0);
    int64_t after = told == NULL ? 0 : told->after;
    int64_t change = told == NULL ? 0 : told->change;
    CHECK(told != NULL && told->n_addresses == 0 && told->n_people == 0 && !told->more);
    make.key = fresh_key();
    make.user = text_of("mary");
    make.queue = text_of("office");
    const Quoin__V1__Address *made = ask(&make.base);
    CHECK(made != NULL && strlen(made->secret) == CREDENTIAL_ADDRESS_LEN);
    int64_t id = made == NULL ? 0 : made->id;
    const Quoin__V1__Address *again = ask(&make.base);
    CHECK(made != NULL && again != NULL && strcmp(made->secret, again->secret) == 0);
    CHECK(check_token(made == NULL ? "" : made->secret) == NULL);
    told = follow(after, change);
    CHECK(told != NULL && told->n_addresses == 1 && told->addresses[0]->id == id);
    CHECK(told != NULL && told->n_people == 0 && strcmp(told->addresses[0]->user, "mary") == 0);
    after = told == NULL ? 0 : told->after;
    told = follow(after, change);
    CHECK(told != NULL && told->n_addresses == 0 && told->after == after);
    list.user = text_of("mary");
    const Quoin__V1__ListAddressesReply *page = ask(&list.base);
    CHECK(page != NULL && page->n_addresses == 1 && page->addresses[0]->secret[0] == '\0');
    revoke.key = fresh_key();
    revoke.id = id;
    revoke.user = text_of("anna"); // not hers
    CHECK(ask(&revoke.base) == NULL);
    revoke.key = fresh_key();
    revoke.user = text_of("mary");
    CHECK(ask(&revoke.base) != NULL);
    told = follow(after, change);
    CHECK(told != NULL && told->n_people == 1 && told->n_addresses == 0 && told->change > change);
    told = follow(after + 1, change); // it knows more than there is
    CHECK(told != NULL && told->more && told->after == 0 && told->change == 0);
    make.key = fresh_key();
    make.until = now;
    CHECK(ask(&make.base) == NULL);
    make.until = 0;
    make.key = fresh_key();
    make.queue = text_of("a/b");
    CHECK(ask(&make.base) == NULL);
}

static char token_secret[64];

static void test_tokens(void)
{
    Quoin__V1__RevokeTokenRequest revoke = QUOIN__V1__REVOKE_TOKEN_REQUEST__INIT;
    const Quoin__V1__Token *token = make_token("mary", "jobs:read", now + 5000);
    CHECK(token != NULL && strlen(token->secret) == CREDENTIAL_TOKEN_LEN);
    (void)snprintf(token_secret, sizeof(token_secret), "%s", token == NULL ? "" : token->secret);
    const Quoin__V1__Token *known = check_token(token_secret);
    CHECK(known != NULL && strcmp(known->user, "mary") == 0 && known->secret[0] == '\0');
    CHECK(known != NULL && strcmp(known->scopes[0], "jobs:read") == 0 && known->n_roles == 1);
    now += 5000;
    CHECK(check_token(token_secret) == NULL && has_reason("token-refused"));
    CHECK(check_token("quoin_x") == NULL && has_reason("token-refused"));
    CHECK(make_token("mary", "all", 0) == NULL && err.code == ERR_INVALID);
    CHECK(make_token("mary", "jobs:read", now) == NULL && err.code == ERR_INVALID);
    token = make_token("mary", "device:front door", 0);
    CHECK(token != NULL && check_token(token->secret) != NULL);
    revoke.key = fresh_key();
    revoke.id = token == NULL ? 0 : token->id;
    CHECK(ask(&revoke.base) != NULL && ask(&revoke.base) != NULL);
    CHECK(token != NULL && check_token(token->secret) == NULL);
    Quoin__V1__ListTokensRequest list = QUOIN__V1__LIST_TOKENS_REQUEST__INIT;
    const Quoin__V1__ListTokensReply *tokens = ask(&list.base);
    CHECK(tokens != NULL && tokens->n_tokens == 2 && tokens->tokens[1]->revoked);
}

static const Quoin__V1__CredentialState *use_setup(ProtobufCBinaryData key, const char *code,
                                                   const char *user, const char *password)
{
    Quoin__V1__UseSetupRequest request = QUOIN__V1__USE_SETUP_REQUEST__INIT;
    request.key = key;
    request.token = text_of(code);
    request.user = text_of(user);
    request.password = text_of(password);
    return ask_slow(&request.base);
}

static void test_the_first_administrator_once(void)
{
    Quoin__V1__MakeSetupRequest make = QUOIN__V1__MAKE_SETUP_REQUEST__INIT;
    make.key = fresh_key();
    const Quoin__V1__Setup *setup = ask(&make.base);
    CHECK(setup != NULL && strlen(setup->token) == CREDENTIAL_SETUP_LEN);
    const char *old = setup == NULL ? "" : setup->token;
    make.key = fresh_key();
    setup = ask(&make.base);
    CHECK(setup != NULL && strcmp(setup->token, old) != 0);
    const char *code = setup == NULL ? "" : setup->token;
    CHECK(use_setup(fresh_key(), old, "root", "correct horse") == NULL && err.code == ERR_DENIED);
    CHECK(use_setup(fresh_key(), code, "root", "short") == NULL && err.code == ERR_INVALID);
    now += 86400000;
    CHECK(use_setup(fresh_key(), code, "root", "correct horse") == NULL &&
          has_reason("set-up-over"));
    now -= 86400000;
    ProtobufCBinaryData key = fresh_key();
    const Quoin__V1__CredentialState *state = use_setup(key, code, "Root", "correct horse");
    CHECK(state != NULL && strcmp(state->roles[0], "administrator") == 0 && state->has_password);
    CHECK(use_setup(key, code, "Root", "correct horse") != NULL);
    CHECK(use_setup(fresh_key(), code, "rogue", "correct horse") == NULL);
    CHECK(get_person("rogue") == NULL && prove("root", "correct horse") != NULL);
    make.key = fresh_key();
    CHECK(ask(&make.base) == NULL && err.code == ERR_EXISTS);
    CHECK(lock_person("root", 1) && ask(&make.base) != NULL && lock_person("root", 0));
}

static void test_people_change_and_sessions_end(void)
{
    Quoin__V1__RenamePersonRequest rename = QUOIN__V1__RENAME_PERSON_REQUEST__INIT;
    Quoin__V1__MergePeopleRequest merge = QUOIN__V1__MERGE_PEOPLE_REQUEST__INIT;
    Quoin__V1__ListVersionsRequest list = QUOIN__V1__LIST_VERSIONS_REQUEST__INIT;
    list.after = -1;
    const Quoin__V1__ListVersionsReply *versions = ask(&list.base);
    CHECK(versions != NULL && versions->n_people == 0 && versions->newest > 0);
    list.after = versions == NULL ? 0 : versions->newest;
    int64_t before = state_of("mary")->version;
    CHECK(lock_person("mary", 1) && lock_person("mary", 0));
    CHECK(state_of("mary")->version == before + 2);
    rename.key = fresh_key();
    rename.name = text_of("mary");
    rename.to = text_of("maria");
    CHECK(ask(&rename.base) != NULL && state_of("maria")->version == before + 3);
    CHECK(prove("mary", "another horse") != NULL && prove("maria", "another horse") != NULL);
    versions = ask(&list.base);
    CHECK(versions != NULL && versions->n_people == 1);
    CHECK(versions != NULL && versions->people[0]->version == before + 3);
    CHECK(add_card("maria", "04A2B3C4", 0) != NULL);
    merge.key = fresh_key();
    merge.from = text_of("maria");
    merge.into = text_of("anna");
    CHECK(ask(&merge.base) != NULL);
    const Quoin__V1__Proof *proof = prove_card("04A2B3C4", "", "");
    CHECK(proof != NULL && strcmp(proof->user, "anna") == 0 && proof->n_roles == 0);
    CHECK(prove("mary", "another horse") == NULL && prove("anna", "another horse") == NULL);
}

// With dry_run all is looked at, told as it would be, and nothing changes.
static void test_what_would_be_is_told_and_not_done(void)
{
    Quoin__V1__SetSecretRequest secret = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    Quoin__V1__SetRolesRequest roles = QUOIN__V1__SET_ROLES_REQUEST__INIT;
    Quoin__V1__SetDelegateRequest other = QUOIN__V1__SET_DELEGATE_REQUEST__INIT;
    Quoin__V1__RemoveCardRequest card = QUOIN__V1__REMOVE_CARD_REQUEST__INIT;
    Quoin__V1__RevokeTokenRequest token = QUOIN__V1__REVOKE_TOKEN_REQUEST__INIT;
    CHECK(add_person(102, "carl", 0) && set_secret("carl", "pin", "4711") != NULL);
    CHECK(set_role("carl", "desk") != NULL && delegate("carl", "anna", 0, false) != NULL);
    const Quoin__V1__Card *has = add_card("carl", "CAFE0001", 0);
    const Quoin__V1__Token *made = make_token("carl", "jobs:read", 0);
    int64_t version = state_of("carl")->version;
    secret.key = fresh_key();
    secret.user = roles.user = other.user = text_of("carl");
    secret.kind = text_of("pin");
    secret.dry_run = roles.dry_run = other.dry_run = card.dry_run = token.dry_run = true;
    const Quoin__V1__CredentialState *state = ask_slow(&secret.base);
    CHECK(state != NULL && !state->has_pin);
    roles.key = fresh_key();
    state = ask(&roles.base);
    CHECK(state != NULL && state->n_roles == 0);
    other.key = fresh_key();
    other.delegate = text_of("anna");
    other.remove = true;
    const Quoin__V1__ListDelegatesReply *delegates = ask(&other.base);
    CHECK(delegates != NULL && delegates->n_delegates == 0);
    other.delegate = text_of("root");
    CHECK(ask(&other.base) == NULL && err.code == ERR_NOT_FOUND);
    card.key = fresh_key();
    card.id = has == NULL ? 0 : has->id;
    CHECK(ask(&card.base) != NULL);
    card.id = 99999;
    CHECK(ask(&card.base) == NULL && err.code == ERR_NOT_FOUND);
    token.key = fresh_key();
    token.id = made == NULL ? 0 : made->id;
    const Quoin__V1__Token *revoked = ask(&token.base);
    CHECK(revoked != NULL && revoked->revoked);
    state = state_of("carl");
    CHECK(state != NULL && state->has_pin && state->n_roles == 1 && state->n_cards == 1);
    CHECK(state != NULL && state->version == version);
    CHECK(made != NULL && check_token(made->secret) != NULL);
    CHECK(prove_card("CAFE0001", "4711", "card+pin") != NULL);
    other.delegate = text_of("anna");
    other.dry_run = false; // the same key was of another question, which was not done
    CHECK(ask(&other.base) != NULL && state_of("anna") != NULL);
}

static int64_t forgotten;

static void hear_forgotten(void *arg, const ProtobufCMessage *part)
{
    (void)arg;
    forgotten = ((const Quoin__V1__ForgetPersonReply *)part)->credentials;
}

static bool forget_person(const char *name, bool is_dry)
{
    Quoin__V1__ForgetPersonRequest request = QUOIN__V1__FORGET_PERSON_REQUEST__INIT;
    struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
    request.key = fresh_key();
    request.name = text_of(name);
    request.dry_run = is_dry;
    bool ok = db_begin(cas_db(cas), &err) &&
              cas_walk_run(cas, &turn, &request.base, hear_forgotten, NULL, &err);
    if (ok && db_commit(cas_db(cas), &err)) {
        return true;
    }
    db_rollback(cas_db(cas));
    return false;
}

static void test_who_is_forgotten_proves_nothing_more(void)
{
    CHECK(delegate("carl", "anna", 0, false) != NULL); // PIN, role, card, token and this
    CHECK(set_secret("carl", "password", "correct horse") != NULL);
    CHECK(prove_pin("carl", "9999") == NULL);
    int64_t anna = state_of("anna")->version;
    CHECK(forget_person("carl", true) && forgotten == 6 && state_of("carl")->has_pin);
    for (int64_t n = 1; n < 200; n++) { // all of it or none
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        bool ok = forget_person("carl", false);
        bool done = db_fault_is_due(cas_db(cas));
        db_fault_at(cas_db(cas), 0, false);
        CHECK(ok || state_of("carl")->has_pin == (state_of("carl")->n_cards == 1));
        if (ok || done) {
            CHECK(n > 10);
            break;
        }
    }
    const Quoin__V1__CredentialState *state = state_of("carl");
    CHECK(state != NULL && !state->has_pin && !state->has_password && state->n_roles == 0 &&
          state->n_cards == 0 && state->pin_failures == 0);
    CHECK(state_of("anna")->version > anna); // who could release the jobs signs in anew
    CHECK(prove_card("CAFE0001", "", "") == NULL && has_reason("unknown-card"));
    CHECK(prove_pin("carl", "4711") == NULL && unlock("carl") != NULL);
    CHECK(forget_person("carl", false) && forgotten == 0);
    CHECK(forget_person("nobody", false) && forgotten == 0);
}

static bool holds(const char *path, const char *secret)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(64 << 20);
    struct err unheard;
    return fs_read(path, &bytes, &unheard) && bytes.len > 0 &&
           memmem(bytes.ptr, bytes.len, secret, strlen(secret)) != NULL;
}

// The database, its log and what else is there.
static void test_no_secret_stands_in_a_file(const char *folder)
{
    const char *secrets[] = { "another horse", "correct horse", "6360123456789012", "04A2B3C4",
                              token_secret };
    DIR *dir = opendir(folder);
    int files = 0;
    CHECK(dir != NULL);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[512];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
            if (holds(path, secrets[i])) {
                printf("# %s holds %s\n", path, secrets[i]);
                CHECK(false);
            }
        }
        files += entry->d_name[0] != '.';
    }
    (void)closedir(dir);
    CHECK(files >= 2); // witness and pepper at least
}

// Whatever call of the database fails, nothing is half done, and the same key goes on.
static void test_every_failure_of_the_store(void)
{
    Quoin__V1__AddCardRequest card = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    Quoin__V1__MakeTokenRequest token = QUOIN__V1__MAKE_TOKEN_REQUEST__INIT;
    Quoin__V1__SetRolesRequest roles = QUOIN__V1__SET_ROLES_REQUEST__INIT;
    Quoin__V1__SetDelegateRequest other = QUOIN__V1__SET_DELEGATE_REQUEST__INIT;
    char *scopes[] = { text_of("jobs:read") };
    char *names[] = { text_of("auditor") };
    card.key = fresh_key();
    card.user = text_of("anna");
    card.number = text_of("DEADBEEF");
    token.key = fresh_key();
    token.user = text_of("anna");
    token.title = text_of("t");
    token.scopes = scopes;
    token.n_scopes = 1;
    roles.key = fresh_key();
    roles.user = text_of("anna");
    roles.roles = names;
    roles.n_roles = 1;
    other.key = fresh_key();
    other.user = text_of("anna");
    other.delegate = text_of("root");
    Quoin__V1__MakeAddressRequest address = QUOIN__V1__MAKE_ADDRESS_REQUEST__INIT;
    address.key = fresh_key();
    address.user = text_of("anna");
    address.queue = text_of("office");
    const ProtobufCMessage *asks[] = { &card.base, &token.base, &roles.base, &other.base,
                                       &address.base };
    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        int64_t n = 1;
        for (bool done = false; !done && n < 200; n++) {
            db_fault_at(cas_db(cas), n, n % 2 == 0);
            const void *reply = ask(asks[i]);
            CHECK(reply != NULL || !db_fault_is_due(cas_db(cas)));
            done = reply != NULL; // what failed after the commit harmed nothing
        }
        db_fault_at(cas_db(cas), 0, false);
        CHECK(n > 8 && n < 200);
    }
    const Quoin__V1__CredentialState *state = state_of("anna");
    CHECK(state != NULL && state->n_roles == 1 && state->n_cards == 2);
}

static void test_every_failure_while_a_password_is_proved(void)
{
    CHECK(set_secret("anna", "password", "horse radish") != NULL);
    for (int64_t n = 1; n < 200; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        const void *proof = prove("anna", "horse radish");
        bool done = db_fault_is_due(cas_db(cas));
        db_fault_at(cas_db(cas), 0, false);
        CHECK(done ? proof != NULL : proof == NULL);
        CHECK(state_of("anna")->failures <= 1 && unlock("anna") != NULL);
        if (done) {
            CHECK(n > 10);
            break;
        }
    }
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(100, "mary", 0) && add_person(101, "anna", 0));
    test_a_pin_is_made_and_told_again_to_the_same_key();
    test_an_own_secret_is_changed_with_the_old_one();
    test_cards_come_and_go();
    test_roles();
    test_delegates();
    test_preferences();
    test_a_ticket_signs_in_once();
    test_tokens();
    test_addresses_are_followed();
    test_the_first_administrator_once();
    test_people_change_and_sessions_end();
    test_what_would_be_is_told_and_not_done();
    test_who_is_forgotten_proves_nothing_more();
    char folder[160];
    (void)snprintf(folder, sizeof(folder), "%.*s",
                   (int)(strrchr(fixture_pepper, '/') - fixture_pepper), fixture_pepper);
    test_no_secret_stands_in_a_file(folder);
    test_every_failure_of_the_store();
    test_every_failure_while_a_password_is_proved();
    return fixture_end();
}
