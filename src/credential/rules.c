// rules: what a PIN and a password must be like, and the names of roles.
// no unit test: test_credential.c asks it on both stores

#include "base/enc.h"
#include "credential/credential_int.h"

enum { RULES_PIN_MIN = 4, RULES_PIN_MAX = 12, RULES_PASSWORD_MIN = 8, RULES_MADE = 6 };

static const char *const rules_roles[CREDENTIAL_ROLES] = { "administrator", "desk", "finance",
                                                           "auditor", "device-manager" };

const char *credential_role_name(int role)
{
    return rules_roles[role];
}

bool credential_role_read(struct str name, unsigned *role)
{
    for (int i = 0; i < CREDENTIAL_ROLES; i++) {
        if (str_eq(name, str_of(rules_roles[i]))) {
            *role = 1U << i;
            return true;
        }
    }
    return false;
}

// Each character is so much more than the one before.
static bool rules_steps(struct str text, int step)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] - text.ptr[i - 1] != step) {
            return false;
        }
    }
    return true;
}

// "1212", "123123": a part again and again.
static bool rules_repeats(struct str text)
{
    for (size_t part = 1; part <= text.len / 2; part++) {
        size_t i = part;
        while (i < text.len && text.ptr[i] == text.ptr[i - part]) {
            i++;
        }
        if (text.len % part == 0 && i == text.len) {
            return true;
        }
    }
    return false;
}

bool credential_pin_check(struct str pin, struct err *err)
{
    for (size_t i = 0; i < pin.len; i++) {
        if (pin.ptr[i] < '0' || pin.ptr[i] > '9') {
            return err_why(err, ERR_INVALID, "pin-not-digits", "a PIN has digits only");
        }
    }
    if (pin.len < RULES_PIN_MIN || pin.len > RULES_PIN_MAX) {
        return err_why(err, ERR_INVALID, "pin-length", "a PIN has %d to %d digits", RULES_PIN_MIN,
                       RULES_PIN_MAX);
    }
    return (!rules_steps(pin, 0) && !rules_steps(pin, 1) && !rules_steps(pin, -1) &&
            !rules_repeats(pin)) ||
           err_why(err, ERR_INVALID, "pin-guessable",
                   "that PIN is guessed first: not all the same, no sequence, no repetition");
}

void credential_pin_make(const struct credential_mac *random, char pin[static RULES_MADE + 1])
{
    struct err unheard;
    for (size_t from = 0; from + RULES_MADE <= sizeof(random->bytes); from++) {
        for (size_t i = 0; i < RULES_MADE; i++) {
            pin[i] = (char)('0' + random->bytes[from + i] % 10);
        }
        pin[RULES_MADE] = '\0';
        if (credential_pin_check((struct str){ pin, RULES_MADE }, &unheard)) {
            return;
        }
    }
    memcpy(pin, "730486", RULES_MADE + 1); // 26 bad ones in a row do not happen
}

static char rules_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool rules_contains(struct str text, struct str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++) {
        size_t k = 0;
        while (k < word.len && rules_lower(text.ptr[i + k]) == rules_lower(word.ptr[k])) {
            k++;
        }
        if (k == word.len) {
            return true;
        }
    }
    return false;
}

bool credential_password_check(struct str password, struct str name, struct err *err)
{
    if (password.len < RULES_PASSWORD_MIN || password.len > CREDENTIAL_SECRET_MAX ||
        !enc_is_plain(password)) {
        return err_why(err, ERR_INVALID, "password-length",
                       "a password has %d to %d bytes of UTF-8 without control characters",
                       RULES_PASSWORD_MIN, CREDENTIAL_SECRET_MAX);
    }
    if (rules_steps(password, 0) || rules_steps(password, 1) || rules_steps(password, -1) ||
        rules_repeats(password)) {
        return err_why(err, ERR_INVALID, "password-guessable",
                       "that password is guessed first: not all the same, no sequence, no "
                       "repetition");
    }
    return name.len < 4 || !rules_contains(password, name) ||
           err_why(err, ERR_INVALID, "password-has-name",
                   "a password does not contain the user's name");
}
