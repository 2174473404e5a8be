// What a field holds and how it is called in a file.
#include "manifest/field.h"

#include "lib/tap.h"
#include "proto/payers.pb-c.h"
#include "proto/quota.pb-c.h"

static const ProtobufCFieldDescriptor *field(const ProtobufCMessageDescriptor *message,
                                             const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(message, name);
}

int main(void)
{
    const ProtobufCMessageDescriptor *quota = &quoin__v1__quota__descriptor;
    const ProtobufCMessageDescriptor *rule = &quoin__v1__payer_rule__descriptor;
    char key[MANIFEST_KEY_MAX];
    CHECK(manifest_field_of(quota, field(quota, "name")).sort == MANIFEST_NAME);
    CHECK(manifest_field_of(quota, field(quota, "most")).sort == MANIFEST_BY_UNIT);
    CHECK(manifest_field_of(quota, field(quota, "period")).sort == MANIFEST_PLAIN);
    CHECK(manifest_field_of(rule, field(rule, "scope")).sort == MANIFEST_NAME);
    CHECK(strcmp(manifest_key_of(quota, field(quota, "carry_parts"), key), "carry-percent") == 0);
    CHECK(strcmp(manifest_key_of(quota, field(quota, "exempt_users"), key), "exempt-users") == 0);
    return tap_done();
}
