// slow: requests that hash a secret between two turns. What they share, without the wire: slow_wire
// brings it there.
// no unit test: tests/unit/cas/test_prove.c and test_secrets.c go through all of it

#include "base/mem.h"
#include "cas/credentials.h"

static const struct slow_kind {
    const ProtobufCMessageDescriptor *ask;
    bool (*begin)(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                  const ProtobufCMessage **reply, struct err *err);
    bool (*end)(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                const ProtobufCMessage **reply, struct err *err);
} slow_kinds[] = {
    { &quoin__v1__prove_request__descriptor, cas_prove_begin, cas_prove_end },
    { &quoin__v1__set_secret_request__descriptor, cas_secret_begin, cas_secret_end },
    { &quoin__v1__use_setup_request__descriptor, cas_setup_begin, cas_setup_end },
};

static const char *const slow_refused[] = { "sign-in-refused", NULL };
static const char *const slow_too_many[] = { "too-many-tries", NULL };

static const struct slow_kind *slow_kind_of(const ProtobufCMessageDescriptor *ask)
{
    for (size_t i = 0; i < sizeof(slow_kinds) / sizeof(slow_kinds[0]); i++) {
        if (slow_kinds[i].ask == ask) {
            return &slow_kinds[i];
        }
    }
    return NULL;
}

bool cas_slow_is(const ProtobufCMessageDescriptor *ask)
{
    return slow_kind_of(ask) != NULL;
}

bool cas_slow_hashes(const ProtobufCMessage *ask)
{
    if (ask->descriptor == &quoin__v1__prove_request__descriptor) {
        const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)ask;
        return prove->password[0] != '\0' || prove->pin[0] != '\0';
    }
    if (ask->descriptor == &quoin__v1__set_secret_request__descriptor) {
        const Quoin__V1__SetSecretRequest *set = (const Quoin__V1__SetSecretRequest *)ask;
        return set->make || set->check_old || set->secret[0] != '\0';
    }
    return true;
}

bool cas_slow_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                    const ProtobufCMessage **reply, struct err *err)
{
    const struct slow_kind *kind = slow_kind_of(slow->ask->descriptor);
    *slow = (struct cas_slow){ .ask = slow->ask, .by = "", .verifier = "" }; // it may run again
    *reply = NULL;
    turn->reasons = NULL;
    return kind != NULL
               ? kind->begin(cas, turn, slow, reply, err)
               : err_set(err, ERR_INTERNAL, "nothing here answers %s", slow->ask->descriptor->name);
}

void cas_slow_work(struct cas_slow *slow)
{
    slow->has_failed =
        (slow->checks &&
         !crypto_secret_is(slow->secret, slow->verifier, &slow->is_right, &slow->failure)) ||
        (slow->makes && (!slow->checks || slow->is_right) &&
         !crypto_secret_hash(slow->fresh, slow->fresh_kind, slow->made, &slow->failure));
}

bool cas_slow_is_over(struct cas_slow *slow, struct cas_turn *turn)
{
    if (slow->has_failed) {
        slow->is_refused = true;
        slow->refusal = slow->failure;
    } else if (slow->checks && !slow->is_right) {
        cas_slow_refuse(slow, turn);
    }
    return slow->is_refused;
}

bool cas_slow_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                  const ProtobufCMessage **reply, struct err *err)
{
    slow->is_refused = false;
    *reply = NULL;
    return slow_kind_of(slow->ask->descriptor)->end(cas, turn, slow, reply, err);
}

bool cas_slow_note(struct cas *cas, struct cas_turn *turn, const struct cas_slow *slow,
                   struct err *err)
{
    return cas_credential_note(cas, turn, slow->person, "locked out", STR(""), str_of(slow->by),
                               err);
}

void cas_slow_refuse(struct cas_slow *slow, struct cas_turn *turn)
{
    turn->reasons = slow_refused;
    slow->is_refused = true;
    err_fill(&slow->refusal, ERR_DENIED,
             "that is not right, or there were too many tries: wait a little and try again, or ask "
             "the help desk");
}

// ---- tries -------------------------------------------------------------------------------------

void cas_slow_try(struct cas_turn *turn, struct cas_slow *slow, enum credential_subject of,
                  struct str subject)
{
    if (subject.len > 0 && slow->try_count < CAS_SLOW_TRIES) {
        slow->tries[slow->try_count++] =
            (struct credential_try){ of, arena_copy(turn->arena, subject) };
    }
}

enum { SLOW_GROUPS = 8, SLOW_NETWORK = 4 };

// The groups between the colons; *gap: how many stand before "::", SLOW_GROUPS: there is none.
static size_t slow_groups(struct str address, struct str groups[SLOW_GROUPS], size_t *gap)
{
    size_t count = 0;
    *gap = SLOW_GROUPS;
    for (size_t at = 0; at <= address.len && count < SLOW_GROUPS;) {
        size_t end = at;
        while (end < address.len && address.ptr[end] != ':') {
            end++;
        }
        if (end > at) {
            groups[count++] = (struct str){ address.ptr + at, end - at };
        } else if (end + 1 < address.len || at > 0) {
            *gap = *gap == SLOW_GROUPS && end < address.len ? count : *gap;
        }
        at = end + 1;
    }
    return count;
}

struct str cas_place(struct arena *arena, const char *address)
{
    struct str groups[SLOW_GROUPS];
    struct str whole = str_of(address);
    const char *text = "";
    size_t gap;
    if (strchr(address, ':') == NULL) {
        return whole;
    }
    if (strchr(address, '.') != NULL) { // ::ffff:192.0.2.1
        return str_of(strrchr(address, ':') + 1);
    }
    size_t count = slow_groups(whole, groups, &gap);
    for (size_t i = 0; i < SLOW_NETWORK; i++) {
        size_t behind = gap < SLOW_GROUPS ? SLOW_GROUPS - count : 0; // groups that "::" stands for
        struct str group = i < gap && i < count                      ? groups[i]
                           : i >= gap + behind && i - behind < count ? groups[i - behind]
                                                                     : STR("0");
        while (group.len > 1 && group.ptr[0] == '0') {
            group = (struct str){ group.ptr + 1, group.len - 1 };
        }
        text = arena_textf(arena, "%s%.*s:", text == NULL ? "" : text, (int)group.len, group.ptr);
    }
    char *folded = text == NULL ? NULL : arena_text(arena, str_of(text));
    for (char *at = folded; at != NULL && *at != '\0'; at++) {
        *at = *at >= 'A' && *at <= 'F' ? (char)(*at - 'A' + 'a') : *at;
    }
    return folded == NULL ? whole : str_of(folded);
}

struct credential_try cas_try_of_person(struct arena *arena, int64_t person,
                                        enum credential_kind kind)
{
    char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (char)((uint64_t)person >> (56 - 8 * i));
    }
    return (struct credential_try){ kind == CREDENTIAL_PIN ? CREDENTIAL_OF_PIN
                                                           : CREDENTIAL_OF_PASSWORD,
                                    arena_copy(arena, (struct str){ bytes, sizeof(bytes) }) };
}

bool cas_slow_count(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow, bool *allowed,
                    struct err *err)
{
    *allowed = true;
    for (size_t i = 0; i < slow->try_count; i++) {
        const struct credential_try *of = &slow->tries[i];
        struct credential_tries tries;
        if (!credential_tries_get(cas->credential, of, turn->now, &tries, err)) {
            return false;
        }
        if (tries.until != 0) {
            *allowed = false;
        }
        if (tries.until != 0 &&
            (of->of == CREDENTIAL_OF_DEVICE || of->of == CREDENTIAL_OF_ADDRESS)) {
            turn->reasons = slow_too_many;
            slow->is_refused = true;
            err_fill(&slow->refusal, ERR_LIMIT,
                     "there were too many wrong tries from here; wait ten minutes");
            return true;
        }
        bool is_secret = of->of == CREDENTIAL_OF_PASSWORD || of->of == CREDENTIAL_OF_PIN;
        slow->is_locked_out =
            slow->is_locked_out || (is_secret && tries.count + 1 >= CREDENTIAL_LOCK_TRIES);
    }
    for (size_t i = 0; *allowed && i < slow->try_count; i++) {
        if (!credential_try_add(cas->credential, &slow->tries[i], turn->now, err)) {
            return false;
        }
    }
    return true;
}

bool cas_slow_right(struct cas *cas, struct cas_turn *turn, const struct cas_slow *slow,
                    struct err *err)
{
    for (size_t i = 0; i < slow->try_count; i++) {
        if (!credential_try_right(cas->credential, &slow->tries[i], turn->now, err)) {
            return false;
        }
    }
    return true;
}
