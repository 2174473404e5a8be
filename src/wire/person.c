// wire/person: see person.h.

#include "wire/person.h"

#include "base/buf.h"
#include "base/enc.h"
#include "wire/peer.h"
#include <string.h>

struct str wire_person_write(struct arena *arena, const char *person)
{
    OWN(buf_free) struct buf text = BUF_CAP(ENC_BASE64_LEN(WIRE_PERSON_MAX) + 1);
    size_t len = person == NULL ? 0 : strlen(person);
    if (len == 0 || len > WIRE_PERSON_MAX) {
        return (struct str){ "", 0 };
    }
    enc_base64_add(&text, person, len);
    return arena_copy(arena, buf_str(&text));
}

bool wire_person_read(struct arena *arena, unsigned role, struct str text, const char **person,
                      struct err *err)
{
    char *name = arena_new(arena, text.len + 1);
    size_t len = 0;
    if ((role & (ROLE_WEB | ROLE_DCE)) == 0) {
        return err_set(err, ERR_DENIED, "the role %s speaks for nobody", wire_role_name(role));
    }
    if (name == NULL || !enc_base64_read(text, name, &len) || len == 0 || len > WIRE_PERSON_MAX ||
        !enc_is_plain((struct str){ name, len })) {
        return err_set(err, ERR_INVALID, "the header " WIRE_PERSON_FIELD " is malformed");
    }
    name[len] = '\0';
    *person = name;
    return true;
}
