// cli/message: any message as JSON: fields by their names, times (those that end with _at or
// _since, began, ended, at) as text, and null where there is none. Pure.
#pragma once

#include "base/json.h"
#include <protobuf-c/protobuf-c.h>

void cli_message_json(struct json *json, const ProtobufCMessage *message);
void cli_message_json_fields(struct json *json, const ProtobufCMessage *message); // in an object
