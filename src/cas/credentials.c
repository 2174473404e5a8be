// credentials: what is known of a person's credentials, who has which role, who may release whose
// jobs, what people prefer.

#include "cas/credentials.h"

#include "accounts/audit.h"
#include "base/json.h"

bool cas_is_out(const struct accounts_person *person)
{
    return person->is_locked || person->is_removed || person->merged_into != 0;
}

bool cas_credential_note(struct cas *cas, struct cas_turn *turn, int64_t person, const char *what,
                         struct str old, struct str now, struct err *err)
{
    OWN(buf_free) struct buf was = BUF_CAP(8192);
    OWN(buf_free) struct buf will = BUF_CAP(8192);
    const struct accounts_by by = cas_by(turn);
    const struct str texts[] = { old, now };
    struct buf *bufs[] = { &was, &will };
    for (int i = 0; i < 2; i++) {
        struct json json = json_to(bufs[i]);
        json_object(&json);
        json_key(&json, what);
        json_str(&json, texts[i]);
        json_end(&json);
    }
    const struct accounts_change change = { .kind = ACCOUNTS_PERSON,
                                            .subject = person,
                                            .what = str_of(what),
                                            .old = old.len == 0 ? STR("") : buf_str(&was),
                                            .new = buf_str(&will) };
    return accounts_change_add(cas->accounts, &by, &change, err);
}

// ---- what is known -----------------------------------------------------------------------------

char **cas_role_names(struct arena *arena, unsigned roles, size_t *count)
{
    char **names = arena_new_array(arena, CREDENTIAL_ROLES, sizeof(*names));
    *count = 0;
    for (int i = 0; i < CREDENTIAL_ROLES; i++) {
        if ((roles >> i & 1U) != 0) {
            names[(*count)++] = cas_text(arena, str_of(credential_role_name(i)));
        }
    }
    return names;
}

Quoin__V1__Preferences *cas_preferences(struct arena *arena, const struct credential_likes *likes)
{
    Quoin__V1__Preferences *made = cas_message(arena, &quoin__v1__preferences__descriptor);
    made->language = cas_text(arena, likes->language);
    made->auto_release = likes->auto_release;
    made->large_text = likes->large_text;
    made->high_contrast = likes->high_contrast;
    made->theme = cas_text(arena, likes->theme);
    return made;
}

static bool credentials_cards(struct cas *cas, struct cas_turn *turn,
                              const struct accounts_person *person,
                              Quoin__V1__CredentialState *state, struct err *err)
{
    struct credential_card cards[CREDENTIAL_CARDS_MAX];
    size_t count;
    if (!credential_cards(cas->credential, person->id, 0, CREDENTIAL_CARDS_MAX, turn->arena, cards,
                          &count, err)) {
        return false;
    }
    state->cards = arena_new_array(turn->arena, count, sizeof(*state->cards));
    for (size_t i = 0; i < count; i++) {
        state->cards[state->n_cards++] =
            cas_card_message(turn->arena, &cards[i], cas_text(turn->arena, person->name));
    }
    return true;
}

bool cas_credential_state(struct cas *cas, struct cas_turn *turn,
                          const struct accounts_person *person, Quoin__V1__CredentialState **state,
                          struct err *err)
{
    struct credential_person known;
    struct credential_tries tries;
    struct credential_tries pin_tries;
    struct credential_try of = cas_try_of_person(turn->arena, person->id, CREDENTIAL_PASSWORD);
    struct credential_try of_pin = cas_try_of_person(turn->arena, person->id, CREDENTIAL_PIN);
    Quoin__V1__CredentialState *made =
        cas_message(turn->arena, &quoin__v1__credential_state__descriptor);
    if (!credential_get(cas->credential, person->id, turn->arena, &known, err) ||
        !credential_tries_get(cas->credential, &of, turn->now, &tries, err) ||
        !credential_tries_get(cas->credential, &of_pin, turn->now, &pin_tries, err)) {
        return false;
    }
    made->user = cas_text(turn->arena, person->name);
    made->has_password = known.password.len > 0;
    made->has_pin = known.pin.len > 0;
    made->roles = cas_role_names(turn->arena, known.roles, &made->n_roles);
    made->failures = tries.count;
    made->locked_until = tries.until;
    made->pin_failures = pin_tries.count;
    made->pin_locked_until = pin_tries.until;
    made->version = known.version;
    made->must_change = known.must_change_password || known.must_change_pin;
    made->password_at = known.password_at;
    made->pin_at = known.pin_at;
    *state = made;
    return credentials_cards(cas, turn, person, made, err);
}

// After a change: its answer, kept for the same key.
static bool credentials_done(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                             ProtobufCBinaryData key, const struct accounts_person *person,
                             const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__CredentialState *state;
    if (!cas_credential_state(cas, turn, person, &state, err)) {
        return false;
    }
    *reply = &state->base;
    return cas_answer_keep(cas, turn, ask, key, *reply, err);
}

CAS_CORE(cas_credentials_get)
{
    const Quoin__V1__GetCredentialsRequest *get = (const Quoin__V1__GetCredentialsRequest *)ask;
    struct accounts_person person;
    Quoin__V1__CredentialState *state;
    if (!cas_person(cas, turn, get->user, &person, err) ||
        !cas_credential_state(cas, turn, &person, &state, err)) {
        return false;
    }
    *reply = &state->base;
    return true;
}

static bool credentials_unlock_person(struct cas *cas, struct cas_turn *turn,
                                      const struct accounts_person *person, struct err *err)
{
    struct credential_try of = cas_try_of_person(turn->arena, person->id, CREDENTIAL_PASSWORD);
    struct credential_try of_pin = cas_try_of_person(turn->arena, person->id, CREDENTIAL_PIN);
    return credential_tries_end(cas->credential, &of, err) &&
           credential_tries_end(cas->credential, &of_pin, err) &&
           cas_credential_note(cas, turn, person->id, "unlocked", STR(""), STR("tries"), err);
}

CAS_CORE(cas_credentials_unlock)
{
    const Quoin__V1__UnlockRequest *unlock = (const Quoin__V1__UnlockRequest *)ask;
    struct accounts_person person;
    bool found;
    int named =
        (unlock->user[0] != '\0') + (unlock->device[0] != '\0') + (unlock->address[0] != '\0');
    if (named != 1) {
        return err_set(err, ERR_INVALID, "a user, a device or an address is unlocked");
    }
    if (!cas_answered(cas, turn, ask, unlock->key, &quoin__v1__credential_state__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (unlock->user[0] != '\0') {
        return cas_person(cas, turn, unlock->user, &person, err) &&
               credentials_unlock_person(cas, turn, &person, err) &&
               credentials_done(cas, turn, ask, unlock->key, &person, reply, err);
    }
    bool device = unlock->device[0] != '\0';
    const struct credential_try of = { device ? CREDENTIAL_OF_DEVICE : CREDENTIAL_OF_ADDRESS,
                                       device ? str_of(unlock->device)
                                              : cas_place(turn->arena, unlock->address) };
    struct credential_tries tries;
    Quoin__V1__CredentialState *was =
        cas_message(turn->arena, &quoin__v1__credential_state__descriptor);
    if (!credential_tries_get(cas->credential, &of, turn->now, &tries, err)) {
        return false;
    }
    was->failures = tries.count;
    was->locked_until = tries.until;
    *reply = &was->base;
    return credential_tries_end(cas->credential, &of, err) &&
           cas_answer_keep(cas, turn, ask, unlock->key, *reply, err);
}

// ---- roles -------------------------------------------------------------------------------------

static struct str credentials_roles_text(struct arena *arena, unsigned roles)
{
    const char *text = "";
    for (int i = 0; i < CREDENTIAL_ROLES; i++) {
        if ((roles >> i & 1U) != 0) {
            text = arena_textf(arena, "%s%s%s", text, text[0] == '\0' ? "" : " ",
                               credential_role_name(i));
        }
    }
    return str_of(text);
}

bool cas_credential_may(struct cas *cas, struct cas_turn *turn,
                        const struct accounts_person *person, bool no_roles, struct err *err)
{
    struct credential_person known;
    if (!no_roles) {
        return true;
    }
    return credential_get(cas->credential, person->id, turn->arena, &known, err) &&
           (known.roles == 0 ||
            err_set(
                err, ERR_DENIED, "%.*s has a role; only an administrator changes how %.*s signs in",
                (int)person->name.len, person->name.ptr, (int)person->name.len, person->name.ptr));
}

// What would be, had these roles been set.
static bool credentials_would(struct cas *cas, struct cas_turn *turn,
                              const struct accounts_person *person, unsigned roles,
                              const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__CredentialState *state;
    if (!cas_credential_state(cas, turn, person, &state, err)) {
        return false;
    }
    state->roles = cas_role_names(turn->arena, roles, &state->n_roles);
    *reply = &state->base;
    return true;
}

CAS_CORE(cas_roles_set)
{
    const Quoin__V1__SetRolesRequest *set = (const Quoin__V1__SetRolesRequest *)ask;
    struct accounts_person person;
    struct credential_person known;
    unsigned roles = 0;
    bool found;
    if (!cas_answered(cas, turn, ask, set->key, &quoin__v1__credential_state__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    for (size_t i = 0; i < set->n_roles; i++) {
        unsigned role;
        if (!credential_role_read(str_of(set->roles[i]), &role)) {
            return err_set(err, ERR_INVALID,
                           "\"%.40s\" is no role: administrator, desk, finance, auditor, "
                           "device-manager",
                           set->roles[i]);
        }
        roles |= role;
    }
    if (!cas_person(cas, turn, set->user, &person, err) ||
        !credential_get(cas->credential, person.id, turn->arena, &known, err)) {
        return false;
    }
    if (set->dry_run) {
        return credentials_would(cas, turn, &person, roles, reply, err);
    }
    if (roles != known.roles &&
        (!credential_roles_set(cas->credential, person.id, roles, err) ||
         !cas_credential_note(cas, turn, person.id, "roles",
                              credentials_roles_text(turn->arena, known.roles),
                              credentials_roles_text(turn->arena, roles), err))) {
        return false;
    }
    return credentials_done(cas, turn, ask, set->key, &person, reply, err);
}

CAS_CORE(cas_roles_list)
{
    const Quoin__V1__ListRolesRequest *list = (const Quoin__V1__ListRolesRequest *)ask;
    Quoin__V1__ListRolesReply *made =
        cas_message(turn->arena, &quoin__v1__list_roles_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct credential_holder *holders = arena_new_array(turn->arena, most + 1, sizeof(*holders));
    struct accounts_person person = { .id = 0 };
    size_t count;
    if ((list->after[0] != '\0' && !cas_person(cas, turn, list->after, &person, err)) ||
        !credential_holders(cas->credential, person.id, most + 1, holders, &count, err)) {
        return false;
    }
    made->more = count > most;
    made->people = arena_new_array(turn->arena, count, sizeof(*made->people));
    for (size_t i = 0; i < count && i < most; i++) {
        if (!accounts_person_get(cas->accounts, holders[i].person, turn->arena, &person, err) ||
            !cas_credential_state(cas, turn, &person, &made->people[made->n_people++], err)) {
            return false;
        }
    }
    *reply = &made->base;
    return true;
}

bool cas_has_administrator(struct cas *cas, struct cas_turn *turn, bool *has, struct err *err)
{
    enum { PAGE = 64 };
    struct credential_holder holders[PAGE];
    size_t count = PAGE;
    int64_t after = 0;
    for (*has = false; !*has && count == PAGE;) {
        if (!credential_holders(cas->credential, after, PAGE, holders, &count, err)) {
            return false;
        }
        for (size_t i = 0; i < count && !*has; i++) {
            struct accounts_person person;
            after = holders[i].person;
            if ((holders[i].roles & CREDENTIAL_ADMINISTRATOR) == 0) {
                continue;
            }
            if (!accounts_person_get(cas->accounts, after, turn->arena, &person, err)) {
                return false;
            }
            *has = !cas_is_out(&person);
        }
    }
    return true;
}

// ---- delegates ---------------------------------------------------------------------------------

static bool credentials_delegates(struct cas *cas, struct cas_turn *turn, int64_t of,
                                  bool delegators, Quoin__V1__Delegate ***told, size_t *told_count,
                                  struct err *err)
{
    struct credential_delegate found[CREDENTIAL_DELEGATES_MAX];
    size_t count;
    if (!credential_delegates(cas->credential, of, delegators, turn->now, found, &count, err)) {
        return false;
    }
    *told = arena_new_array(turn->arena, count, sizeof(**told));
    for (size_t i = 0; i < count; i++) {
        struct accounts_person person;
        Quoin__V1__Delegate *one = cas_message(turn->arena, &quoin__v1__delegate__descriptor);
        if (!accounts_person_get(cas->accounts, found[i].person, turn->arena, &person, err)) {
            return false;
        }
        one->user = cas_text(turn->arena, person.name);
        one->until = found[i].until;
        if (!cas_is_out(&person)) {
            (*told)[(*told_count)++] = one;
        }
    }
    return true;
}

static bool credentials_delegates_reply(struct cas *cas, struct cas_turn *turn, int64_t person,
                                        const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__ListDelegatesReply *made =
        cas_message(turn->arena, &quoin__v1__list_delegates_reply__descriptor);
    *reply = &made->base;
    return credentials_delegates(cas, turn, person, false, &made->delegates, &made->n_delegates,
                                 err) &&
           credentials_delegates(cas, turn, person, true, &made->delegators, &made->n_delegators,
                                 err);
}

// What would be, had this one gone.
static bool credentials_without(struct cas *cas, struct cas_turn *turn, int64_t person,
                                const struct accounts_person *other, const ProtobufCMessage **reply,
                                bool *had, struct err *err)
{
    if (!credentials_delegates_reply(cas, turn, person, reply, err)) {
        return false;
    }
    Quoin__V1__ListDelegatesReply *made = (Quoin__V1__ListDelegatesReply *)(uintptr_t)*reply;
    size_t left = 0;
    for (size_t i = 0; i < made->n_delegates; i++) {
        if (str_eq(str_of(made->delegates[i]->user), other->name)) {
            *had = true;
        } else {
            made->delegates[left++] = made->delegates[i];
        }
    }
    made->n_delegates = left;
    return true;
}

static bool credentials_no_delegate(const struct accounts_person *other,
                                    const struct accounts_person *person, struct err *err)
{
    return err_why(err, ERR_NOT_FOUND, "no-delegate", "%.*s is no delegate of %.*s",
                   (int)other->name.len, other->name.ptr, (int)person->name.len, person->name.ptr);
}

CAS_CORE(cas_delegate_set)
{
    const Quoin__V1__SetDelegateRequest *set = (const Quoin__V1__SetDelegateRequest *)ask;
    struct accounts_person person;
    struct accounts_person other;
    bool found;
    bool had = false;
    if (!cas_answered(cas, turn, ask, set->key, &quoin__v1__list_delegates_reply__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (set->until < 0 || (!set->remove && set->until != 0 && set->until <= turn->now)) {
        return err_why(err, ERR_INVALID, "time-is-over", "that time is over already");
    }
    if (!cas_person(cas, turn, set->user, &person, err) ||
        !cas_person(cas, turn, set->delegate, &other, err)) {
        return false;
    }
    const struct credential_delegate delegate = { other.id, set->until };
    if (set->remove && set->dry_run) {
        return credentials_without(cas, turn, person.id, &other, reply, &had, err) &&
               (had || credentials_no_delegate(&other, &person, err));
    }
    if (set->remove) {
        if (!credential_delegate_remove(cas->credential, person.id, other.id, &had, err)) {
            return false;
        }
        if (!had) {
            return credentials_no_delegate(&other, &person, err);
        }
    } else if (cas_is_out(&other)) {
        return err_why(err, ERR_INVALID, "user-locked", "%.*s is locked or removed",
                       (int)other.name.len, other.name.ptr);
    } else if (set->dry_run) {
        return credentials_delegates_reply(cas, turn, person.id, reply, err);
    } else if (!credential_delegate_set(cas->credential, person.id, &delegate, err)) {
        return false;
    }
    return cas_credential_note(cas, turn, person.id, "delegate", set->remove ? other.name : STR(""),
                               set->remove ? STR("") : other.name, err) &&
           credentials_delegates_reply(cas, turn, person.id, reply, err) &&
           cas_answer_keep(cas, turn, ask, set->key, *reply, err);
}

CAS_CORE(cas_delegate_list)
{
    const Quoin__V1__ListDelegatesRequest *list = (const Quoin__V1__ListDelegatesRequest *)ask;
    struct accounts_person person;
    return cas_person(cas, turn, list->user, &person, err) &&
           credentials_delegates_reply(cas, turn, person.id, reply, err);
}

// ---- preferences -------------------------------------------------------------------------------

CAS_CORE(cas_preferences_get)
{
    const Quoin__V1__GetPreferencesRequest *get = (const Quoin__V1__GetPreferencesRequest *)ask;
    struct accounts_person person;
    struct credential_person known;
    if (!cas_person(cas, turn, get->user, &person, err) ||
        !credential_get(cas->credential, person.id, turn->arena, &known, err)) {
        return false;
    }
    *reply = &cas_preferences(turn->arena, &known.likes)->base;
    return true;
}

static bool credentials_language(const char *language, struct err *err)
{
    size_t len = strlen(language);
    for (size_t i = 0; i < len; i++) {
        char c = language[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c == '-' && i > 0);
        if (!good || len > 35) {
            return err_set(err, ERR_INVALID, "a language is like de or pt-BR (BCP 47)");
        }
    }
    return true;
}

// Of the named fields; none named: all.
static bool credentials_likes(const Quoin__V1__SetPreferencesRequest *set,
                              const Quoin__V1__Preferences *from, struct credential_likes *likes,
                              struct err *err)
{
    static const char *const fields[] = { "language", "auto_release", "large_text", "high_contrast",
                                          "theme" };
    unsigned sets = set->n_set == 0 ? 31 : 0;
    for (size_t i = 0; i < set->n_set; i++) {
        unsigned at = 0;
        while (at < 5 && strcmp(fields[at], set->set[i]) != 0) {
            at++;
        }
        if (at == 5) {
            return err_set(err, ERR_INVALID, "there is no preference \"%.60s\"", set->set[i]);
        }
        sets |= 1U << at;
    }
    bool theme = strcmp(from->theme, "") == 0 || strcmp(from->theme, "light") == 0 ||
                 strcmp(from->theme, "dark") == 0;
    if ((sets & 16) != 0 && !theme) {
        return err_set(err, ERR_INVALID, "a theme is light, dark or empty");
    }
    likes->language = (sets & 1) != 0 ? str_of(from->language) : likes->language;
    likes->auto_release = (sets & 2) != 0 ? from->auto_release : likes->auto_release;
    likes->large_text = (sets & 4) != 0 ? from->large_text : likes->large_text;
    likes->high_contrast = (sets & 8) != 0 ? from->high_contrast : likes->high_contrast;
    likes->theme = (sets & 16) != 0 ? str_of(from->theme) : likes->theme;
    return (sets & 1) == 0 || credentials_language(from->language, err);
}

CAS_CORE(cas_preferences_set)
{
    const Quoin__V1__SetPreferencesRequest *set = (const Quoin__V1__SetPreferencesRequest *)ask;
    struct accounts_person person;
    struct credential_person known;
    bool found;
    if (!cas_answered(cas, turn, ask, set->key, &quoin__v1__preferences__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (set->preferences == NULL) {
        return err_set(err, ERR_INVALID, "what is preferred is missing");
    }
    if (!cas_person(cas, turn, set->user, &person, err) ||
        !credential_get(cas->credential, person.id, turn->arena, &known, err) ||
        !credentials_likes(set, set->preferences, &known.likes, err) ||
        !credential_likes_set(cas->credential, person.id, &known.likes, err)) {
        return false;
    }
    *reply = &cas_preferences(turn->arena, &known.likes)->base;
    return cas_answer_keep(cas, turn, ask, set->key, *reply, err);
}

// ---- versions ----------------------------------------------------------------------------------

CAS_CORE(cas_versions_list)
{
    const Quoin__V1__ListVersionsRequest *list = (const Quoin__V1__ListVersionsRequest *)ask;
    Quoin__V1__ListVersionsReply *made =
        cas_message(turn->arena, &quoin__v1__list_versions_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct credential_grown *grown = arena_new_array(turn->arena, most + 1, sizeof(*grown));
    size_t count;
    int64_t after = list->after < 0 ? INT64_MAX : list->after;
    if (!credential_grown(cas->credential, after, most + 1, grown, &count, &made->newest, err)) {
        return false;
    }
    made->more = count > most;
    made->people = arena_new_array(turn->arena, count, sizeof(*made->people));
    for (size_t i = 0; i < count && i < most; i++) {
        Quoin__V1__PersonVersion *one =
            cas_message(turn->arena, &quoin__v1__person_version__descriptor);
        one->person = grown[i].person;
        one->version = grown[i].version;
        one->change = grown[i].change;
        made->people[made->n_people++] = one;
    }
    *reply = &made->base;
    return true;
}

// ---- forgetting --------------------------------------------------------------------------------

static bool credentials_count(struct cas *cas, struct cas_turn *turn, int64_t person, int64_t *told,
                              struct err *err)
{
    struct credential_person known;
    struct credential_card cards[CREDENTIAL_CARDS_MAX];
    struct credential_token tokens[CREDENTIAL_TOKENS_MAX];
    struct credential_address addresses[CREDENTIAL_ADDRESSES_MAX];
    struct credential_delegate others[CREDENTIAL_DELEGATES_MAX];
    size_t card_count;
    size_t token_count;
    size_t address_count;
    size_t delegates;
    size_t delegators;
    if (!credential_get(cas->credential, person, turn->arena, &known, err) ||
        !credential_cards(cas->credential, person, 0, CREDENTIAL_CARDS_MAX, turn->arena, cards,
                          &card_count, err) ||
        !credential_tokens(cas->credential, person, 0, CREDENTIAL_TOKENS_MAX, turn->arena, tokens,
                           &token_count, err) ||
        !credential_addresses_good(cas->credential, person, 0, turn->now, CREDENTIAL_ADDRESSES_MAX,
                                   turn->arena, addresses, &address_count, err) ||
        !credential_delegates(cas->credential, person, false, turn->now, others, &delegates, err) ||
        !credential_delegates(cas->credential, person, true, turn->now, others, &delegators, err)) {
        return false;
    }
    int64_t good = 0; // of a token that was revoked nothing but its title is left
    for (size_t i = 0; i < token_count; i++) {
        good += !tokens[i].is_revoked;
    }
    const struct credential_likes *likes = &known.likes;
    bool likes_any = likes->language.len > 0 || likes->theme.len > 0 || likes->auto_release ||
                     likes->large_text || likes->high_contrast;
    *told = good + (int64_t)(address_count + card_count + delegates + delegators) +
            (known.password.len > 0) + (known.pin.len > 0) + (known.roles != 0) + likes_any;
    return true;
}

// Whoever could release the person's jobs has a session that ends.
static bool credentials_delegates_end(struct cas *cas, struct cas_turn *turn, int64_t person,
                                      struct err *err)
{
    struct credential_delegate others[CREDENTIAL_DELEGATES_MAX];
    size_t count;
    if (!credential_delegates(cas->credential, person, false, turn->now, others, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!credential_touch(cas->credential, others[i].person, err)) {
            return false;
        }
    }
    return true;
}

bool cas_credentials_forget(struct cas *cas, struct cas_turn *turn, int64_t person, bool is_dry,
                            int64_t *told, struct err *err)
{
    struct credential_try of = cas_try_of_person(turn->arena, person, CREDENTIAL_PASSWORD);
    struct credential_try of_pin = cas_try_of_person(turn->arena, person, CREDENTIAL_PIN);
    if (!credentials_count(cas, turn, person, told, err)) {
        return false;
    }
    return is_dry || *told == 0 ||
           (credentials_delegates_end(cas, turn, person, err) &&
            credential_forget(cas->credential, person, err) &&
            credential_tries_end(cas->credential, &of, err) &&
            credential_tries_end(cas->credential, &of_pin, err) &&
            cas_credential_note(cas, turn, person, "credentials", STR(""), STR("forgotten"), err));
}
