// Every request that quoin-web answers. Deny by default: what has no row does not exist, and who is
// not in a row's set is refused. ROUTE(method, pattern, who, csrf, body, rate, scope, handler,
// call, map, title); web/route.h says what each is, web/api.h what a map says.
//
// scope: what a program's token must be allowed: "people" stands for people:read with GET and for
// people:write with the others. NULL: no token may.
#define SEES (WEB_ADMINISTRATOR | WEB_DESK | WEB_AUDITOR)
#define SEES_MONEY (SEES | WEB_FINANCE)
#define SEES_DEVICES (SEES | WEB_DEVICE_MANAGER)
#define ADMIN WEB_ADMINISTRATOR
#define LOOKS (WEB_ADMINISTRATOR | WEB_DESK | WEB_DEVICE_MANAGER)
#define DESK (WEB_ADMINISTRATOR | WEB_DESK)
#define MONEY (WEB_ADMINISTRATOR | WEB_FINANCE)
#define DEVICES (WEB_ADMINISTRATOR | WEB_DEVICE_MANAGER)
#define READ(pattern, who, scope, called, map, title)                                              \
    ROUTE(GET, "/api/v1" pattern, who, NONE, NONE, READ, scope, call, "/quoin.v1." called, map,    \
          title)
#define WRITE(method, pattern, who, scope, called, map, title)                                     \
    ROUTE(method, "/api/v1" pattern, who, TOKEN, JSON, WRITE, scope, call, "/quoin.v1." called,    \
          map, title)
#define DROP(pattern, who, scope, called, map, title)                                              \
    ROUTE(DELETE, "/api/v1" pattern, who, TOKEN, NONE, WRITE, scope, call, "/quoin.v1." called,    \
          map, title)

// --- pages; web/page.c
ROUTE(GET, "/", WEB_PUBLIC | WEB_PERSON, NONE, NONE, READ, NULL, page_home, NULL, "",
      "A person's own page, or the sign-in.")
ROUTE(GET, "/sign-in", WEB_PUBLIC | WEB_PERSON, NONE, NONE, READ, NULL, page_sign_in, NULL, "",
      "The form to sign in.")
ROUTE(POST, "/sign-in", WEB_PUBLIC | WEB_PERSON, ORIGIN, FORM, SECRET, NULL, page_signing_in, NULL,
      "", "Signs in.")
ROUTE(POST, "/sign-out", WEB_PERSON, TOKEN, FORM, WRITE, NULL, page_sign_out, NULL, "",
      "Ends the session.")
ROUTE(GET, "/password", WEB_PERSON, NONE, NONE, READ, NULL, page_password, NULL, "",
      "The form to change the password.")
ROUTE(POST, "/password", WEB_PERSON, TOKEN, FORM, SECRET, NULL, page_set_password, NULL, "",
      "Changes the password.")
ROUTE(GET, "/jobs", WEB_PERSON, NONE, NONE, READ, NULL, page_jobs, NULL, "",
      "The jobs that wait for the person.")
ROUTE(POST, "/jobs", WEB_PERSON, TOKEN, FORM, WRITE, NULL, page_act_on_jobs, NULL, "",
      "Releases or deletes jobs.")
ROUTE(GET, "/history", WEB_PERSON, NONE, NONE, READ, NULL, page_history, NULL, "",
      "What the person printed.")
ROUTE(GET, "/history/{number}", WEB_PERSON, NONE, NONE, READ, NULL, page_work, NULL, "",
      "Why a work cost what it cost.")
ROUTE(POST, "/history/{number}", WEB_PERSON, TOKEN, FORM, WRITE, NULL, page_ask_refund, NULL, "",
      "Asks for a refund.")
ROUTE(GET, "/send", WEB_PERSON, NONE, NONE, READ, NULL, page_send, NULL, "",
      "Sends a file to be printed.")
ROUTE(POST, "/send", WEB_PERSON, FORM, FILE, WRITE, NULL, page_send_file, NULL, "",
      "Sends the file of a form (multipart/form-data; its field csrf stands before the file).")
ROUTE(GET, "/send/{engine}/{id}", WEB_PERSON, NONE, NONE, READ, NULL, page_sent, NULL, "",
      "A file that was sent: its first page, its price, and what can be chosen.")
ROUTE(POST, "/send/{engine}/{id}", WEB_PERSON, TOKEN, FORM, WRITE, NULL, page_quote_sent, NULL, "",
      "The same with the price that it would have.")
ROUTE(GET, "/cards", WEB_PERSON, NONE, NONE, READ, NULL, page_cards, NULL, "",
      "The person's cards, PIN, delegates and preferences.")
ROUTE(POST, "/cards", WEB_PERSON, TOKEN, FORM, SECRET, NULL, page_act_on_cards, NULL, "",
      "Changes one of these.")
ROUTE(GET, "/addresses", WEB_PERSON, NONE, NONE, READ, NULL, page_addresses, NULL, "",
      "The person's own addresses of queues.")
ROUTE(POST, "/addresses", WEB_PERSON, TOKEN, FORM, SECRET, NULL, page_act_on_addresses, NULL, "",
      "Makes one, or revokes one.")
ROUTE(GET, "/help", WEB_PUBLIC | WEB_PERSON, NONE, NONE, READ, NULL, page_help, NULL, "", "Help.")
ROUTE(GET, "/setup", WEB_PUBLIC | WEB_PERSON, NONE, NONE, SECRET, NULL, page_setup, NULL, "",
      "Makes the first administrator; not there once there is one.")
ROUTE(POST, "/setup", WEB_PUBLIC | WEB_PERSON, ORIGIN, FORM, SECRET, NULL, page_set_up, NULL, "",
      "Makes the first administrator.")
ROUTE(GET, "/station/{name}", WEB_PUBLIC | WEB_STATION, NONE, NONE, READ, NULL, page_station, NULL,
      "", "The release station.")
ROUTE(GET, "/admin", WEB_ROLES, NONE, NONE, READ, NULL, page_admin, NULL, "",
      "The administrator's application.")
ROUTE(GET, "/admin/{rest*}", WEB_ROLES, NONE, NONE, READ, NULL, page_admin, NULL, "",
      "The administrator's application.")
ROUTE(GET, "/a/{file}", WEB_PUBLIC, NONE, NONE, READ, NULL, asset, NULL, "", "A file of the pages.")

// --- the API about itself
ROUTE(GET, "/api/v1/openapi.json", WEB_PUBLIC, NONE, NONE, READ, NULL, openapi, NULL, "",
      "This description.")

// --- sessions of people
ROUTE(POST, "/api/v1/session", WEB_PUBLIC | WEB_PERSON, ORIGIN, JSON, SECRET, NULL, sign_in, NULL,
      "", "Signs in: user and password. Sets the cookie __Host-quoin and tells the CSRF token.")
ROUTE(DELETE, "/api/v1/session", WEB_PERSON, TOKEN, NONE, WRITE, NULL, sign_out, NULL, "",
      "Signs out, at once.")

ROUTE(POST, "/api/v1/session/proof", WEB_PERSON, TOKEN, JSON, SECRET, NULL, prove, NULL, "",
      "Proves once more who it is, by the password: good for five minutes for what makes another "
      "way in.")

// --- one's own
ROUTE(GET, "/api/v1/me", WEB_PERSON, NONE, NONE, READ, "me", me, NULL, "",
      "Who is signed in, by which session or token.")
READ("/me/purses", WEB_PERSON, "me", "Payers/GetPurses", "name=@me", "Balance and allotment.")
READ("/me/accounts", WEB_PERSON, "me", "Accounts/ListMine", "user=@me -items=accounts",
     "The accounts that the person may charge.")
WRITE(PUT, "/me/accounts/{account}", WEB_PERSON, "me", "Accounts/SetFavourite",
      "user=@me account={account} -items=accounts", "Makes an account a favourite, or not.")
READ("/me/jobs", WEB_PERSON, "me", "Release/ListHeld", "session=@session -items=jobs -next=.next",
     "The jobs that wait for the person.")
WRITE(POST, "/me/jobs/quote", WEB_PERSON, "me", "Release/Quote", "session=@session",
      "What jobs would cost, changed so.")
WRITE(POST, "/me/jobs/release", WEB_PERSON, "me", "Release/ReleaseJobs", "session=@session -done",
      "Releases jobs: all of them or none.")
WRITE(POST, "/me/jobs/delete", WEB_PERSON, "me", "Release/DeleteJobs", "session=@session -done",
      "Deletes jobs.")
WRITE(POST, "/me/jobs/send", WEB_PERSON, "me", "Release/SendJobs", "session=@session -done",
      "Lets other people print a copy.")
WRITE(POST, "/me/jobs/claim", WEB_PERSON, "me", "Release/ClaimJobs", "session=@session -done",
      "Takes jobs whose owner nobody proved.")
ROUTE(GET, "/api/v1/me/jobs/{engine}/{id}/preview", WEB_PERSON, NONE, NONE, READ, "me", preview,
      NULL, "", "A page of a waiting job, as PNG.")
READ("/me/history", WEB_PERSON, "me", "History/ListWorks",
     "user=@me -items=works -next=.next -after=before", "What the person printed, newest first.")
READ("/me/history/{number}", WEB_PERSON, "me", "History/GetPastWork", "-own=user",
     "One work, with its price line by line.")
READ("/me/refunds", WEB_PERSON, "me", "Charges/ListRefunds", "user=@me -items=refunds -next=id",
     "The person's refund requests.")
ROUTE(POST, "/api/v1/me/refunds", WEB_PERSON, TOKEN, JSON, WRITE, "me", ask_refund, NULL, "",
      "Asks for a refund of a work of one's own.")
READ("/me/quotas", WEB_PERSON, "me", "Quotas/ListQuotaUse",
     "subject=@subject -items=uses -next=quota,subject -after=after_quota,after_subject",
     "How much of one's quotas is left.")
READ("/me/cards", WEB_PERSON, "me", "Credentials/ListCards", "user=@me -items=cards -next=id",
     "The person's cards.")
ROUTE(DELETE, "/api/v1/me/cards/{id}", WEB_PERSON, TOKEN, NONE, WRITE, NULL, drop_card, NULL, "",
      "Removes a card of one's own.")
READ("/me/credentials", WEB_PERSON, NULL, "Credentials/GetCredentials", "user=@me",
     "Which secrets the person has, never the secrets.")
ROUTE(PUT, "/api/v1/me/pin", WEB_PERSON, PROOF, JSON, WRITE, NULL, call,
      "/quoin.v1.Credentials/SetSecret", "user=@me kind='pin' check_old='false'",
      "Sets, makes or removes the PIN.")
ROUTE(PUT, "/api/v1/me/password", WEB_PERSON, TOKEN, JSON, SECRET, NULL, set_password, NULL, "",
      "Changes the password: old and secret. Other sessions end.")
READ("/me/delegates", WEB_PERSON, "me", "Credentials/ListDelegates", "user=@me",
     "Who may release one's jobs, and whose one may release.")
ROUTE(PUT, "/api/v1/me/delegates/{delegate}", WEB_PERSON, PROOF, JSON, WRITE, NULL, call,
      "/quoin.v1.Credentials/SetDelegate", "user=@me", "Lets somebody release one's jobs.")
DROP("/me/delegates/{delegate}", WEB_PERSON, NULL, "Credentials/SetDelegate",
     "user=@me remove='true'", "Takes that back.")
READ("/me/preferences", WEB_PERSON, "me", "Credentials/GetPreferences", "user=@me",
     "Language, automatic release, large text, contrast, theme.")
WRITE(PATCH, "/me/preferences", WEB_PERSON, "me", "Credentials/SetPreferences",
      "user=@me set=@keys -body=preferences", "Changes the preferences that are named.")
ROUTE(POST, "/api/v1/me/ticket", WEB_PERSON, TOKEN, JSON, WRITE, NULL, ticket, NULL, "",
      "A one-time code that signs the person in at a device, also as a QR code in SVG.")
READ("/me/tokens", WEB_PERSON, NULL, "Credentials/ListTokens", "user=@me -items=tokens -next=id",
     "The tokens of the person's programs.")
ROUTE(POST, "/api/v1/me/tokens", WEB_PERSON, PROOF, JSON, WRITE, NULL, make_token, NULL, "",
      "Makes a token for a program; its secret is told this once.")
ROUTE(DELETE, "/api/v1/me/tokens/{id}", WEB_PERSON, TOKEN, NONE, WRITE, NULL, drop_token, NULL, "",
      "Revokes a token of one's own.")
READ("/me/addresses", WEB_PERSON, NULL, "Credentials/ListAddresses",
     "user=@me -items=addresses -next=id", "The person's own addresses of queues.")
ROUTE(
    POST, "/api/v1/me/addresses", WEB_PERSON, PROOF, JSON, WRITE, NULL, make_address, NULL, "",
    "Makes an address of a queue: queue, title, until. Who prints there is the person. It is told "
    "this once, also as commands for CUPS and Windows and as a QR code in SVG.")
DROP("/me/addresses/{id}", WEB_PERSON, NULL, "Credentials/RevokeAddress", "user=@me",
     "Revokes an address of one's own, at once.")
ROUTE(POST, "/api/v1/me/files", WEB_PERSON, TOKEN, FILE, WRITE, "me", send_file, NULL, "",
      "Sends a document to be printed: its bytes are the body, ?queue= and ?name= say where and "
      "how it is called.")
READ("/me/files", WEB_PERSON, "me", "Release/ListHeld", "session=@session -items=jobs -next=.next",
     "The files that wait; with all other jobs that do.")
ROUTE(GET, "/api/v1/me/files/formats", WEB_PERSON, NONE, NONE, READ, "me", file_formats, NULL, "",
      "What kinds of files can be sent, and whether office documents are turned into PDF here.")
ROUTE(GET, "/api/v1/me/files/{engine}/{id}", WEB_PERSON, NONE, NONE, READ, "me", file, NULL, "",
      "What became of a file that was sent: its state, pages and price.")
ROUTE(POST, "/api/v1/me/files/{engine}/{id}/quote", WEB_PERSON, TOKEN, JSON, WRITE, "me",
      file_quote, NULL, "", "What the file would cost, changed so (the fields of JobChange).")
ROUTE(POST, "/api/v1/me/files/{engine}/{id}/print", WEB_PERSON, TOKEN, JSON, WRITE, "me",
      file_print, NULL, "", "Prints the file, changed so (the fields of JobChange).")
ROUTE(DELETE, "/api/v1/me/files/{engine}/{id}", WEB_PERSON, TOKEN, NONE, WRITE, "me", file_delete,
      NULL, "", "Deletes a file that waits.")
ROUTE(GET, "/api/v1/me/queues", WEB_PERSON, NONE, NONE, READ, "me", my_queues, NULL, "",
      "The queues that a file can be sent to, of all engines.")
ROUTE(GET, "/api/v1/me/events", WEB_PERSON, NONE, NONE, READ, "me", my_events, NULL, "",
      "Changes of the person's jobs, as server-sent events.")

// --- a release station
READ("/station/device", WEB_STATION, NULL, "Sessions/GetDevice", "name=@station",
     "What the station is, and its printers.")
ROUTE(POST, "/api/v1/station/sign-in", WEB_STATION, ORIGIN, JSON, WRITE, NULL, station_sign_in,
      NULL, "", "Signs a person in by card, card and PIN, password, one-time code or release key.")
ROUTE(POST, "/api/v1/station/register-card", WEB_STATION, ORIGIN, JSON, WRITE, NULL,
      station_register_card, NULL, "", "Gives an unknown card to who proves to be somebody.")
ROUTE(GET, "/api/v1/station/session", WEB_STATION, NONE, NONE, READ, NULL, station_session, NULL,
      "", "Who is signed in at the station.")
ROUTE(POST, "/api/v1/station/extend", WEB_STATION, ORIGIN, JSON, WRITE, NULL, station_extend, NULL,
      "", "Somebody touched the screen.")
ROUTE(POST, "/api/v1/station/sign-out", WEB_STATION, ORIGIN, JSON, WRITE, NULL, station_sign_out,
      NULL, "", "Ends the session at the station.")
ROUTE(GET, "/api/v1/station/jobs", WEB_STATION, NONE, NONE, READ, NULL, call,
      "/quoin.v1.Release/ListHeld", "session=@held -items=jobs -next=.next",
      "The jobs that wait for who is signed in.")
ROUTE(POST, "/api/v1/station/quote", WEB_STATION, ORIGIN, JSON, WRITE, NULL, call,
      "/quoin.v1.Release/Quote", "session=@held", "What jobs would cost, changed so.")
ROUTE(POST, "/api/v1/station/release", WEB_STATION, ORIGIN, JSON, WRITE, NULL, call,
      "/quoin.v1.Release/ReleaseJobs", "session=@held -done", "Releases jobs: all or none.")
ROUTE(POST, "/api/v1/station/delete", WEB_STATION, ORIGIN, JSON, WRITE, NULL, call,
      "/quoin.v1.Release/DeleteJobs", "session=@held -done", "Deletes jobs.")
ROUTE(POST, "/api/v1/station/claim", WEB_STATION, ORIGIN, JSON, WRITE, NULL, call,
      "/quoin.v1.Release/ClaimJobs", "session=@held -done", "Takes jobs whose owner nobody proved.")
ROUTE(GET, "/api/v1/station/events", WEB_STATION, NONE, NONE, READ, NULL, station_events, NULL, "",
      "What happens at the station, as server-sent events.")

// --- people and accounts
READ("/people", SEES_MONEY, "people", "People/ListPeople", "-items=people -next=name",
     "People, by name.")
READ("/people/{name}", SEES_MONEY, "people", "People/GetPerson", "", "A person.")
WRITE(POST, "/people", ADMIN, "people", "Accounts/PutPeople",
      "how='add' set=@keys -body=people -put=answers", "Adds a person.")
WRITE(POST, "/people/rows", ADMIN, "people", "Accounts/PutPeople", "-items=answers",
      "Adds or changes up to 1,000 people; each row has its answer.")
WRITE(PATCH, "/people/{name}", ADMIN, "people", "Accounts/PutPeople",
      "how='change' set=@keys -body=people people.name={name} -put=answers",
      "Changes what is named of a person.")
DROP("/people/{name}", ADMIN, "people", "Accounts/PutPeople",
     "how='change' set='removed' people.name={name} people.removed='true' -put=answers",
     "Removes a person; the history stays.")
WRITE(POST, "/people/{name}/rename", ADMIN, "people", "Accounts/RenamePerson", "",
      "Renames a person.")
WRITE(POST, "/people/{from}/merge", ADMIN, "people", "Accounts/MergePeople", "",
      "Makes two people one.")
WRITE(PUT, "/people/{name}/aliases/{alias}", ADMIN, "people", "Accounts/SetAlias", "",
      "Adds another name.")
DROP("/people/{name}/aliases/{alias}", ADMIN, "people", "Accounts/SetAlias", "remove='true'",
     "Takes another name away.")
WRITE(PUT, "/people/{name}/limit", MONEY, "people", "People/SetLimit", "",
      "How far below zero the balance may go.")
READ("/people/{name}/purses", SEES_MONEY, "people", "Payers/GetPurses", "", "Both purses.")
READ("/people/{user}/credentials", SEES, "people", "Credentials/GetCredentials", "",
     "Which secrets a person has, its cards, roles and lock.")
WRITE(PUT, "/people/{user}/secret", DESK, NULL, "Credentials/SetSecret",
      "check_old='false' no_roles=@below",
      "Sets or removes a password or PIN; of who has a role, an administrator alone does.")
WRITE(PUT, "/people/{user}/roles", ADMIN, NULL, "Credentials/SetRoles", "",
      "What a person may do besides printing.")
READ("/people/{user}/delegates", SEES, "people", "Credentials/ListDelegates", "",
     "Delegates and delegators of a person.")
WRITE(PUT, "/people/{user}/delegates/{delegate}", ADMIN, NULL, "Credentials/SetDelegate", "",
      "Makes somebody a delegate.")
DROP("/people/{user}/delegates/{delegate}", ADMIN, "people", "Credentials/SetDelegate",
     "remove='true'", "Takes that back.")
READ("/people/{user}/preferences", SEES, "people", "Credentials/GetPreferences", "",
     "A person's preferences.")
READ("/roles", SEES, "people", "Credentials/ListRoles", "-items=people -next=user",
     "Who has a role.")
WRITE(POST, "/unlock", DESK, "people", "Credentials/Unlock", "",
      "Ends the lock-out of a person, device or address.")
READ("/groups", SEES_MONEY, "people", "Accounts/ListGroups", "-items=groups -next=name", "Groups.")
WRITE(POST, "/groups", ADMIN, "people", "Accounts/PutGroups",
      "how='add' set=@keys -body=groups -put=answers", "Adds a group.")
WRITE(PATCH, "/groups/{name}", ADMIN, "people", "Accounts/PutGroups",
      "how='change' set=@keys -body=groups groups.name={name} -put=answers", "Changes a group.")
DROP("/groups/{name}", ADMIN, "people", "Accounts/PutGroups",
     "how='change' set='removed' groups.name={name} groups.removed='true' -put=answers",
     "Removes a group.")
WRITE(POST, "/groups/{group}/members", ADMIN, "people", "Accounts/SetMembers", "",
      "Adds and removes members.")
READ("/departments", SEES_MONEY, "accounts", "Accounts/ListPayers",
     "kind='department' -items=payers -next=name", "Departments.")
READ("/codes", SEES_MONEY, "accounts", "Accounts/ListPayers",
     "kind='code' -items=payers -next=name", "Billing codes.")
READ("/shared", SEES_MONEY, "accounts", "Accounts/ListPayers",
     "kind='shared' -items=payers -next=name", "Shared accounts.")
READ("/payers/{kind}", SEES_MONEY, "accounts", "Accounts/ListPayers", "-items=payers -next=name",
     "Departments, codes or shared accounts.")
READ("/payers/{kind}/{name*}", SEES_MONEY, "accounts", "Accounts/GetPayer", "", "One of them.")
WRITE(POST, "/payers/{kind}", ADMIN, "accounts", "Accounts/PutPayers",
      "how='add' set=@keys -body=payers -put=answers", "Adds one.")
WRITE(PATCH, "/payers/{kind}/{name*}", ADMIN, "accounts", "Accounts/PutPayers",
      "how='change' set=@keys -body=payers payers.name={name} -put=answers", "Changes one.")
DROP("/payers/{kind}/{name*}", ADMIN, "accounts", "Accounts/PutPayers",
     "how='change' set='removed' payers.name={name} payers.removed='true' -put=answers",
     "Removes one.")
WRITE(POST, "/moves/{kind}", ADMIN, "accounts", "Accounts/MovePayer", "",
      "Moves a department or code, with all below it.")
READ("/changes", SEES, "accounts", "Accounts/ListChanges",
     "-items=changes -next=number -after=before",
     "What was changed of people and accounts, newest first.")
READ("/count", SEES_MONEY, "people", "Accounts/CountPeople", "", "How many people there are.")

READ("/people/{user}/addresses", SEES, NULL, "Credentials/ListAddresses",
     "-items=addresses -next=id", "A person's own addresses of queues.")
ROUTE(POST, "/api/v1/people/{user}/addresses", ADMIN, TOKEN, JSON, WRITE, NULL, make_address, NULL,
      "", "Makes one for that person.")
DROP("/people/{user}/addresses/{id}", DESK, NULL, "Credentials/RevokeAddress", "",
     "Revokes one, at once.")

// --- cards and tokens
READ("/cards", SEES, "cards", "Credentials/ListCards", "-items=cards -next=id", "Cards.")
WRITE(POST, "/cards", DESK, "cards", "Credentials/AddCard", "no_roles=@below",
      "Gives a card to a person.")
WRITE(POST, "/cards/rows", DESK, "cards", "Credentials/PutCards", "no_roles=@below -items=answers",
      "Gives up to 1,000 cards to people; each row has its answer.")
DROP("/cards/{id}", DESK, "cards", "Credentials/RemoveCard", "no_roles=@below",
     "Revokes a card, at once.")
WRITE(POST, "/cards/try", DESK | WEB_DEVICE_MANAGER, "cards", "Credentials/TryCard", "",
      "What the card formats make of what a reader sent.")
READ("/tokens", SEES, NULL, "Credentials/ListTokens", "-items=tokens -next=id",
     "Tokens of programs.")
DROP("/tokens/{id}", ADMIN, NULL, "Credentials/RevokeToken", "", "Revokes a token, at once.")

// --- printers, queues, devices, jobs
READ("/printers", SEES_DEVICES, "printers", "Printers/ListPrinters", "-items=printers -next=name",
     "Printers.")
READ("/printers/{name}", SEES_DEVICES, "printers", "Printers/ListPrinters",
     "-pick=name -items=printers -next=name", "A printer.")
WRITE(POST, "/printers", DEVICES, "printers", "Printers/AddPrinter", "", "Adds a printer.")
WRITE(PATCH, "/printers/{name}", DEVICES, "printers", "Printers/SetPrinter", "set=@keys",
      "Changes what is named of a printer.")
DROP("/printers/{name}", DEVICES, "printers", "Printers/RemovePrinter", "", "Removes a printer.")
READ("/queues", SEES_DEVICES, "queues", "Queues/ListQueues", "-items=queues -next=name", "Queues.")
READ("/queues/{name}", SEES_DEVICES, "queues", "Queues/ListQueues",
     "-pick=name -items=queues -next=name", "A queue.")
WRITE(POST, "/queues", DEVICES, "queues", "Queues/AddQueue", "", "Adds a queue.")
WRITE(PATCH, "/queues/{name}", DEVICES, "queues", "Queues/SetQueue", "set=@keys",
      "Changes what is named of a queue.")
DROP("/queues/{name}", DEVICES, "queues", "Queues/RemoveQueue", "", "Removes a queue.")
READ("/devices", SEES_DEVICES, "devices", "Sessions/ListDevices", "-items=devices -next=name",
     "Devices where people sign in.")
READ("/devices/{name}", SEES_DEVICES, "devices", "Sessions/GetDevice", "", "A device.")
ROUTE(POST, "/api/v1/devices/{name}/pair", DEVICES, TOKEN, JSON, WRITE, NULL, pair, NULL, "",
      "An address, also as a QR code, that makes the browser which opens it once this station.")
DROP("/devices/{name}/pair", DEVICES, NULL, "Credentials/RevokeToken", "device={name}",
     "Ends the pairing: no browser is this station any more.")
READ("/sessions", SEES_DEVICES, "devices", "Sessions/ListSessions", "-items=sessions -next=device",
     "Who is signed in at devices.")
WRITE(POST, "/sessions/end", DESK | WEB_DEVICE_MANAGER, "devices", "Sessions/EndSessions",
      "-items=sessions", "Ends the sessions of a person or device.")
READ("/jobs", SEES_DEVICES, "jobs", "Jobs/ListJobs", "with_key=@admin -items=jobs -next=id",
     "Jobs of an engine (?engine=), oldest first; ?order=newest turns the list around.")
READ("/jobs/{engine}/{id}", SEES_DEVICES, "jobs", "Jobs/GetJob", "with_key=@admin",
     "A job with its whole explanation.")
ROUTE(POST, "/api/v1/jobs/{engine}/{id}/release", DESK, TOKEN, JSON, WRITE, "jobs", release_any,
      "/quoin.v1.Jobs/ReleaseJob", "by=@me",
      "Releases a job; a further copy (keep) is for the help desk where the settings say so.")
WRITE(POST, "/jobs/{engine}/{id}/cancel", DESK, "jobs", "Jobs/CancelJob", "", "Cancels a job.")
WRITE(POST, "/jobs/{engine}/{id}/resolve", DESK, "jobs", "Jobs/ResolveJob", "",
      "Says what came out of a job of unknown outcome.")
WRITE(POST, "/jobs/{engine}/{id}/charge-to", DESK, "jobs", "Jobs/ChargeJob", "",
      "Says who pays for a job that waits.")
WRITE(POST, "/jobs/{engine}/{id}/quote", DESK, "jobs", "Jobs/QuoteJob", "",
      "What a job would cost if it were changed so.")
WRITE(POST, "/jobs/{engine}/{id}/change", DESK, "jobs", "Jobs/ChangeJob", "by=@me",
      "Changes a job that waits.")
ROUTE(POST, "/api/v1/jobs/{engine}/{id}/send", DESK, TOKEN, JSON, WRITE, "jobs", send_any,
      "/quoin.v1.Jobs/SendJob", "by=@me",
      "Lets other people print a copy; the help desk where the settings say so.")
ROUTE(POST, "/api/v1/jobs/{engine}/{id}/claim", DESK, TOKEN, JSON, WRITE, "jobs", claim_any,
      "/quoin.v1.Jobs/ClaimJob", "",
      "Says whose an unclaimed job is; the help desk's own it becomes where the settings say so.")
ROUTE(GET, "/api/v1/jobs/{engine}/{id}/preview", DESK, NONE, NONE, READ, "jobs", preview_of_any,
      NULL, "",
      "A page of a job whose document is still there, as PNG; for the help desk where the settings "
      "say so.")
READ("/recount", SEES_DEVICES, "jobs", "Jobs/RecountJobs", "-items=jobs -next=id",
     "Reads kept documents again and tells what is found otherwise.")
ROUTE(GET, "/api/v1/engines", SEES_DEVICES, NONE, NONE, READ, "engines", engines, NULL, "",
      "The engines, and how they are.")
ROUTE(GET, "/api/v1/events", SEES_DEVICES, NONE, NONE, READ, "jobs", events, NULL, "",
      "Changes of all jobs, as server-sent events.")

// --- devices that are monitored, alerts, and the watch on the ports
READ("/monitored", SEES_DEVICES, "monitored", "Devices/ListMonitored", "-items=devices -next=.next",
     "Printers and other devices that are monitored, the worst first; ?supplies=true: those with "
     "something to order, by the day it runs out.")
READ("/monitored/{name}", SEES_DEVICES, "monitored", "Devices/GetMonitored", "",
     "One: its state with what to do, supplies, trays, covers, meters, open faults, witnesses.")
WRITE(POST, "/monitored/{name}/look", LOOKS, "monitored", "Devices/LookNow", "",
      "Has it looked at now.")
READ("/monitored/{device}/samples", SEES_DEVICES, "monitored", "Devices/ListSamples",
     "-items=samples", "What it was: ?series=pages, state or supply:NAME, from and until.")
READ("/monitored/{device}/faults", SEES_DEVICES, "monitored", "Devices/ListFaults",
     "-items=faults -next=id -after=before", "Its faults, newest first.")
READ("/monitored/{device}/gaps", SEES_DEVICES, "monitored", "Devices/ListGaps",
     "-items=gaps -next=id -after=before",
     "Pages that its meters counted and nobody was charged for.")
WRITE(PUT, "/monitored/{device}/secret", DEVICES, NULL, "Alerts/SetMonitorSecret", "",
      "Sets the community or the secrets of SNMP v3 with which it is asked; they are never told.")
READ("/faults", SEES_DEVICES, "monitored", "Devices/ListFaults",
     "-items=faults -next=id -after=before", "Faults of all devices, newest first.")
READ("/gaps", SEES_DEVICES, "monitored", "Devices/ListGaps", "-items=gaps -next=id -after=before",
     "Such pages of all devices.")
WRITE(POST, "/discover", DEVICES, "monitored", "Devices/Discover", "-each by=@me",
      "Looks for devices: in address ranges, by DNS-SD, at CUPS; with dry_run says what it would "
      "ask. Answered when it is over, a minute for 4,096 addresses; who goes away ends it.")
READ("/alerts", SEES_DEVICES, "alerts", "Alerts/ListAlerts", "-items=alerts -next=id -after=before",
     "Alerts, newest first.")
WRITE(POST, "/alerts/{id}", DEVICES, "alerts", "Alerts/ChangeAlert", "by=@me",
      "Acknowledges, assigns or mutes one, or notes something.")
READ("/alerts/{alert}/deliveries", SEES_DEVICES, "alerts", "Alerts/ListDeliveries",
     "-items=deliveries -next=id -after=before", "To whom it was told, and what came of it.")
READ("/deliveries", SEES_DEVICES, "alerts", "Alerts/ListDeliveries",
     "-items=deliveries -next=id -after=before", "The same of all alerts, newest first.")
WRITE(POST, "/deliveries/{id}/replay", DEVICES, "alerts", "Alerts/Redeliver", "",
      "Sends one again.")
WRITE(POST, "/alert-targets/{target}/test", DEVICES, "alerts", "Alerts/TestTarget", "",
      "Sends a target something to see that it arrives.")
WRITE(PUT, "/alert-targets/{target}/secret", ADMIN, NULL, "Alerts/SetTargetSecret", "",
      "Sets the password or the secret of a target; it is never told.")
READ("/ports", SEES_DEVICES, "ports", "PortWatch/ListPorts", "-items=sights -next=.next",
     "Hosts and their ports, deviations first, and which hosts are heard.")
READ("/ports/events", SEES_DEVICES, "ports", "PortWatch/ListPortEvents",
     "-items=events -next=id -after=before",
     "What happened at ports, newest first: who held one, from and until when.")
ROUTE(GET, "/api/v1/ports/registry/{port}", SEES_DEVICES, NONE, NONE, READ, "ports", port_facts,
      NULL, "", "For whom IANA registered a port or a service's name, and what it is used for.")
ROUTE(GET, "/api/v1/watch/events", SEES_DEVICES, NONE, NONE, READ, "monitored", watch_events, NULL,
      "", "Changes of devices, alerts and ports, as server-sent events.")

// --- history and money
READ("/history", SEES_MONEY, "history", "History/ListWorks",
     "-items=works -next=.next -after=before", "Works that came to their end, newest first.")
READ("/history/{number}", SEES_MONEY, "history", "History/GetPastWork", "", "One work.")
READ("/totals", SEES_MONEY, "history", "History/Totals", "-parts", "Sums of a time.")
READ("/ledger/balance/{account*}", SEES_MONEY, "ledger", "Ledger/Balance", "",
     "An account's balance, now or then.")
READ("/ledger/entries", SEES_MONEY, "ledger", "Ledger/ListEntries", "-items=entries -next=sequence",
     "Entries, oldest first.")
READ("/ledger/balances", SEES_MONEY, "ledger", "Proofs/ListBalances",
     "-items=balances -next=.after", "What all accounts have.")
WRITE(POST, "/ledger/verify", SEES_MONEY, "ledger", "Ledger/Verify", "-parts",
      "Proves the chain of the whole ledger.")
READ("/ledger/witness", SEES_MONEY, "ledger", "Witness/GetWitness", "",
     "What a document routing engine has seen of the ledger.")
READ("/ledger/checkpoints", SEES_MONEY, "ledger", "Proofs/ListCheckpoints",
     "-items=checkpoints -next=number", "Signed checkpoints.")
WRITE(POST, "/ledger/checkpoints", MONEY, "ledger", "Proofs/MakeCheckpoint", "",
      "Signs how far the ledger has come.")
READ("/ledger/periods", SEES_MONEY, "ledger", "Proofs/ListPeriods", "-items=periods -next=name",
     "Closed periods.")
WRITE(POST, "/ledger/periods/{period}/close", MONEY, "ledger", "Proofs/ClosePeriod", "-parts",
      "Closes a period for ever.")
READ("/ledger/periods/{period}/statement", SEES_MONEY, "ledger", "Proofs/GetStatement", "",
     "A part of a period's signed statement.")
WRITE(POST, "/ledger/deposit", MONEY, "ledger", "People/Deposit", "",
      "Puts money on a person's account, or takes it away.")
WRITE(POST, "/ledger/grant", MONEY, "ledger", "Payers/Grant", "", "Grants an allotment.")
WRITE(POST, "/ledger/grants", MONEY, "ledger", "Payers/GrantMany", "",
      "Grants to a group, a department or everybody, page by page.")
WRITE(POST, "/ledger/adjust", MONEY, "ledger", "Payers/Adjust", "", "Corrects a purse.")
WRITE(POST, "/ledger/transfer", MONEY, "ledger", "Payers/Transfer", "",
      "Moves money from one person to another.")
WRITE(POST, "/cash", DESK | WEB_FINANCE, "cash", "Payers/Cash", "", "Money at a cash desk.")
READ("/cash", SEES_MONEY, "cash", "Payers/ListCash", "-items=entries -next=sequence",
     "What a cash desk took and gave.")
READ("/charges/{reservation}", SEES_MONEY, "charges", "Charges/GetCharge", "",
     "Who bears a charge.")
WRITE(POST, "/charges/{reservation}/move", MONEY, "charges", "Charges/MoveCharge", "",
      "Has somebody else bear it.")
READ("/refunds", SEES_MONEY, "refunds", "Charges/ListRefunds", "-items=refunds -next=id",
     "Refund requests.")
WRITE(POST, "/refunds", DESK, "refunds", "Charges/AskRefund", "", "Asks for a refund.")
WRITE(POST, "/refunds/{id}", DESK | WEB_FINANCE, "refunds", "Charges/DecideRefund", "",
      "Approves or denies one.")
READ("/vouchers", SEES_MONEY, "vouchers", "Vouchers/ListVoucherBatches",
     "-items=batches -next=number -after=before", "Batches of vouchers, newest first.")
READ("/vouchers/{batch}", SEES_MONEY, "vouchers", "Vouchers/ListVouchers",
     "-items=vouchers -next=serial", "The vouchers of a batch.")
WRITE(POST, "/vouchers", MONEY, "vouchers", "Vouchers/MakeVouchers", "secret=@secret",
      "Makes a batch; the codes are told this once.")
WRITE(POST, "/vouchers/check", DESK | WEB_FINANCE, "vouchers", "Vouchers/CheckVoucher", "",
      "What a code is worth.")
WRITE(POST, "/vouchers/redeem", DESK | WEB_FINANCE, "vouchers", "Vouchers/RedeemVoucher", "",
      "Puts a voucher's money on a person's account.")
ROUTE(POST, "/api/v1/me/vouchers", WEB_PERSON, TOKEN, JSON, SECRET, NULL, call,
      "/quoin.v1.Vouchers/RedeemVoucher", "name=@me", "Redeems a voucher for oneself.")
WRITE(POST, "/vouchers/{batch}/void", MONEY, "vouchers", "Vouchers/VoidVouchers", "",
      "Makes vouchers worth nothing.")

// --- prices, policy, quotas, schedules
READ("/prices", SEES_MONEY, "prices", "PriceBooks/ListPriceBooks", "-items=books -next=name",
     "Price books.")
READ("/prices/{name}/changes", SEES_MONEY, "prices", "PriceBooks/PriceHistory",
     "-items=books -next=change -after=before", "What a price book was, newest first.")
READ("/price-list", SEES_MONEY, "prices", "Prices/GetPrices", "",
     "The simple front of the standard price book.")
WRITE(PUT, "/price-list", MONEY, "prices", "Prices/SetPrices", "-body=prices", "Sets it.")
WRITE(POST, "/prices/quote", SEES_MONEY, "prices", "Charging/Quote", "", "What a work would cost.")
WRITE(POST, "/prices/what-if", SEES_MONEY, "prices", "PriceBooks/WhatIf", "-parts",
      "What past works would have cost by other books.")
READ("/policies", SEES, "policies", "Policies/ListPolicies", "-items=sets -next=name",
     "Rule sets, without their texts.")
READ("/policies/{name}", SEES, "policies", "Policies/GetPolicy", "", "A rule set.")
WRITE(PUT, "/policies/{name}", ADMIN, "policies", "Policies/SetPolicy",
      "-body=set set.name={name} why=?why",
      "Sets a rule set; it must compile and its examples "
      "come out.")
DROP("/policies/{name}", ADMIN, "policies", "Policies/RemovePolicy", "", "Removes a rule set.")
READ("/policies/{name}/changes", SEES, "policies", "Policies/PolicyHistory",
     "-items=sets -next=version -after=before", "What it was, newest first.")
WRITE(POST, "/policies/{name}/rollback", ADMIN, "policies", "Policies/RollbackPolicy", "",
      "Puts back what it was.")
WRITE(POST, "/policies/try", SEES, "policies", "Policies/TryPolicy", "-parts",
      "What rules would have done to the works of a time.")
READ("/quotas", SEES_MONEY, "quotas", "Quotas/ListQuotas", "-items=quotas -next=name", "Quotas.")
READ("/quotas/{name}", SEES_MONEY, "quotas", "Quotas/ListQuotas",
     "-pick=name -items=quotas -next=name", "A quota.")
WRITE(PUT, "/quotas/{name}", ADMIN, "quotas", "Quotas/SetQuota",
      "-body=quota quota.name={name} why=?why", "Adds a quota or changes all of it.")
DROP("/quotas/{name}", ADMIN, "quotas", "Quotas/RemoveQuota", "", "Removes a quota.")
READ("/quota-use", SEES_MONEY, "quotas", "Quotas/ListQuotaUse",
     "-items=uses -next=quota,subject -after=after_quota,after_subject", "How much is used.")
WRITE(POST, "/quotas/{name}/reset", ADMIN, "quotas", "Quotas/ResetQuota", "",
      "Puts back to 0 what was used.")
READ("/schedules", SEES_MONEY, "schedules", "Schedules/ListSchedules",
     "-items=schedules -next=name", "Schedules.")
READ("/schedules/{name}", SEES_MONEY, "schedules", "Schedules/ListSchedules",
     "-pick=name -items=schedules -next=name", "A schedule.")
WRITE(PUT, "/schedules/{name}", ADMIN, "schedules", "Schedules/SetSchedule",
      "-body=schedule schedule.name={name} why=?why", "Adds a schedule or changes all of it.")
DROP("/schedules/{name}", ADMIN, "schedules", "Schedules/RemoveSchedule", "", "Removes a schedule.")
WRITE(POST, "/schedules/{name}/run", ADMIN, "schedules", "Schedules/RunSchedule", "",
      "Begins a run now.")
READ("/schedule-runs", SEES_MONEY, "schedules", "Schedules/ListScheduleRuns",
     "-items=runs -next=due_at -after=before", "Runs, newest first.")
READ("/schedule-runs/{name}", SEES_MONEY, "schedules", "Schedules/GetScheduleRun", "",
     "How far a run is: ?due_at= says which.")
READ("/payer-rules", SEES_MONEY, "accounts", "PayerRules/ListPayerRules",
     "-items=rules -next=scope", "Who pays.")
WRITE(PUT, "/payer-rules", ADMIN, "accounts", "PayerRules/SetPayerRule", "",
      "Says who pays; a rule that says nothing is removed.")

// --- configuration
READ("/config/money", SEES_MONEY, "config", "Payers/GetMoneySettings", "", "Transfers and refunds.")
WRITE(PUT, "/config/money", ADMIN, "config", "Payers/SetMoneySettings", "-body=settings why=?why",
      "Sets them.")
READ("/config/time", SEES, "config", "Quotas/GetSiteTime", "", "The site's clock.")
WRITE(PUT, "/config/time", ADMIN, "config", "Quotas/SetSiteTime", "-body=time why=?why", "Sets it.")
READ("/config/things/{kind}", SEES_DEVICES, "config", "Configuration/ListThings",
     "-items=things -next=name", "Everything that is configured of a kind.")
READ("/config/things/{kind}/{name*}", SEES_DEVICES, "config", "Configuration/ListThings",
     "-pick=name -items=things -next=name", "One thing of the configuration.")
WRITE(POST, "/config/apply", ADMIN, "config", "Configuration/ApplyThings", "",
      "Changes things together: all or none.")
WRITE(PUT, "/config/things/{kind}/{name*}", DEVICES, "config", "Configuration/ApplyThings",
      "-thing why=?why dry_run=?dry_run",
      "Adds or changes one thing; with ?dry_run=true only says what that would do. Who manages "
      "devices: devices, card formats, printers, queues, monitors and rules of alerts.")
DROP("/config/things/{kind}/{name*}", DEVICES, "config", "Configuration/ApplyThings",
     "-thing edits.kind={kind} edits.name={name} edits.remove='true' seen='-1'",
     "Removes one thing.")
READ("/config/changes", SEES, "config", "Configuration/ListChanges",
     "-items=changes -next=number -after=before", "Changes of the configuration, newest first.")
READ("/config/changes/{number}", SEES, "config", "Configuration/GetChange", "", "A change.")
WRITE(POST, "/config/changes/{number}/undo", ADMIN, "config", "Configuration/UndoChange", "",
      "Takes a change back, as a new change.")
#undef SEES
#undef SEES_MONEY
#undef SEES_DEVICES
#undef ADMIN
#undef LOOKS
#undef DESK
#undef MONEY
#undef DEVICES
#undef READ
#undef WRITE
#undef DROP
