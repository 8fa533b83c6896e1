# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_scribe_global_optspecs
    string join \n config= json h/help V/version
end

function __fish_scribe_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_scribe_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_scribe_using_subcommand
    set -l cmd (__fish_scribe_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c scribe -n "__fish_scribe_needs_command" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_needs_command" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_needs_command" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_needs_command" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "run" -d 'Work on the queue until stopped'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "setup" -d 'Set scribe up: ask for what it needs, try each answer, write settings, make tables and a user, start it'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "doctor" -d 'Check everything that scribe needs, each with its remedy; changes nothing'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "config" -d 'Look at the settings'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "db" -d 'Check the database, and change its schema'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "user" -d 'Add, list and delete users'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "queue" -d 'Queue recipients and see what became of them'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "email" -d 'Review finished e-mails and their sources, and export them'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "compose" -d 'Write one e-mail without a database: a preview, with whether to look closer and why, its sources and what it took'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "read" -d 'Print what research would read of a page: its title and its text'
complete -c scribe -n "__fish_scribe_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand run" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand run" -l until-empty -d 'Stop when nothing is left to do'
complete -c scribe -n "__fish_scribe_using_subcommand run" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand run" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand run" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand setup" -l env -d 'File of NAME=value lines, such as the .env of the Python Scribe; - for standard input' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand setup" -l user -d 'The sender\'s e-mail address' -r
complete -c scribe -n "__fish_scribe_using_subcommand setup" -l name -d 'The name that e-mails are signed with' -r
complete -c scribe -n "__fish_scribe_using_subcommand setup" -l template -d 'File with the sender\'s own template, which is stored' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand setup" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand setup" -l start -d 'Start the service without asking'
complete -c scribe -n "__fish_scribe_using_subcommand setup" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand setup" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand setup" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand doctor" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand doctor" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand config; and not __fish_seen_subcommand_from show help" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand config; and not __fish_seen_subcommand_from show help" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand config; and not __fish_seen_subcommand_from show help" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand config; and not __fish_seen_subcommand_from show help" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "show" -d 'Print every setting, where it came from, secrets masked'
complete -c scribe -n "__fish_scribe_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand config; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print every setting, where it came from, secrets masked'
complete -c scribe -n "__fish_scribe_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "check" -d 'Try to connect: "Connected!" or "Failed: …" with its remedy'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "info" -d 'Print how the database is reached and what it is'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "upgrade" -d 'Apply pending migrations, all of them or none'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "downgrade" -d 'Take migrations back, newest first, with the data that stood in their tables; all of them or none'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "current" -d 'Print the version of the schema, e.g. "7 (head)"'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "history" -d 'List all versions, newest first, and which are applied'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "stamp" -d 'Record a version without running anything, for tables that are right already'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "revision" -d 'Write the next migration\'s two files, in a checkout of scribe\'s source'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "reset" -d 'Empty the database and create its tables anew; in development only'
complete -c scribe -n "__fish_scribe_using_subcommand db; and not __fish_seen_subcommand_from check info upgrade downgrade current history stamp revision reset help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from check" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from check" -l schema -d 'Also tell how the tables differ from what the migrations make'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from check" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from info" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from info" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from info" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from upgrade" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from upgrade" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from upgrade" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from upgrade" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from downgrade" -l yes -d 'The database\'s name, to agree to the loss; needed in production' -r
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from downgrade" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from downgrade" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from downgrade" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from downgrade" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from current" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from current" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from current" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from current" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from history" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from history" -l verbose -d 'Tell when each was applied'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from history" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from history" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from stamp" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from stamp" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from stamp" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from stamp" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from revision" -s m -l message -d 'What the migration does' -r
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from revision" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from revision" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from revision" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from revision" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from reset" -l yes -d 'The database\'s name, instead of being asked for it' -r
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from reset" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from reset" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from reset" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "check" -d 'Try to connect: "Connected!" or "Failed: …" with its remedy'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "info" -d 'Print how the database is reached and what it is'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "upgrade" -d 'Apply pending migrations, all of them or none'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "downgrade" -d 'Take migrations back, newest first, with the data that stood in their tables; all of them or none'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "current" -d 'Print the version of the schema, e.g. "7 (head)"'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "history" -d 'List all versions, newest first, and which are applied'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "stamp" -d 'Record a version without running anything, for tables that are right already'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "revision" -d 'Write the next migration\'s two files, in a checkout of scribe\'s source'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "reset" -d 'Empty the database and create its tables anew; in development only'
complete -c scribe -n "__fish_scribe_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -f -a "add" -d 'Add a user, or give one who is there a new name'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -f -a "list" -d 'List all users'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -f -a "sync" -d 'Copy the users that are missing from Supabase\'s table auth.users; nobody who is there is changed'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -f -a "delete" -d 'Delete a user for good, with their e-mails and their recipients in the queue'
complete -c scribe -n "__fish_scribe_using_subcommand user; and not __fish_seen_subcommand_from add list sync delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from add" -l id -d 'The user\'s id, on Supabase that of auth.users [default: a new one]' -r
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from add" -l name -d 'The name that e-mails are signed with' -r
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from add" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from add" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from list" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from sync" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from sync" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from sync" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from delete" -l yes -d 'Delete without asking'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from delete" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from delete" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a user, or give one who is there a new name'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "list" -d 'List all users'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "sync" -d 'Copy the users that are missing from Supabase\'s table auth.users; nobody who is there is changed'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a user for good, with their e-mails and their recipients in the queue'
complete -c scribe -n "__fish_scribe_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "add" -d 'Queue one recipient'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "import" -d 'Queue every row of a spreadsheet that was saved as CSV, all or none'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "list" -d 'List the queue, oldest first'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "show" -d 'Print everything about one recipient of the queue'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "retry" -d 'Try a recipient again: one that failed, waits for its next try, or is finished, which gives another e-mail'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "cancel" -d 'Remove a recipient that waits'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "watch" -d 'Watch the queue: what waits, what is in work, what was finished last, how long it takes'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "pause" -d 'Begin no further recipient on this machine until `queue resume`, restarts included'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "resume" -d 'Go on after `queue pause`'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and not __fish_seen_subcommand_from add import list show retry cancel watch pause resume help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -l user -d 'The sender\'s e-mail address' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -l name -d 'The recipient\'s full name' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -l interest -d 'What the recipient works on' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -l email -d 'The recipient\'s e-mail address, for `email export`' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -l template -d 'File with the e-mail and its placeholders [default: the user\'s own template]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -l user -d 'The sender\'s e-mail address' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -l template -d 'File with the e-mail and its placeholders [default: the user\'s own template]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -l dry-run -d 'Check everything, show the first three, and queue nothing'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -l again -d 'Also queue those who wait already or were written to'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from import" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -l user -d 'Only this user\'s' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -l since -d 'Only those from this day on (UTC), or made so long ago at most: 2026-11-20, 7d, 12h, 2w' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -l limit -d 'Only the newest N' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -l failed -d 'Only those that failed'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from show" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from retry" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from retry" -l again -d 'Also who failed and was queued again since'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from retry" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from retry" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from watch" -l interval -d 'Seconds between two looks, 1 to 3600' -r
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from watch" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from watch" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from watch" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from pause" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from pause" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from pause" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from resume" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from resume" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from resume" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "add" -d 'Queue one recipient'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "import" -d 'Queue every row of a spreadsheet that was saved as CSV, all or none'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the queue, oldest first'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print everything about one recipient of the queue'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "retry" -d 'Try a recipient again: one that failed, waits for its next try, or is finished, which gives another e-mail'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'Remove a recipient that waits'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Watch the queue: what waits, what is in work, what was finished last, how long it takes'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "pause" -d 'Begin no further recipient on this machine until `queue resume`, restarts included'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "resume" -d 'Go on after `queue pause`'
complete -c scribe -n "__fish_scribe_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -f -a "list" -d 'List e-mails, oldest first'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -f -a "show" -d 'Print an e-mail, then whether to look closer and why, its sources and papers, and what it took'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -f -a "export" -d 'Write e-mails into a directory, as drafts that a mail program opens; hidden ones are left out'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -f -a "hide" -d 'Take an e-mail out of sight: lists and exports leave it out'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -f -a "delete" -d 'Delete an e-mail for good, with its sources'
complete -c scribe -n "__fish_scribe_using_subcommand email; and not __fish_seen_subcommand_from list show export hide delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -l user -d 'Only this user\'s' -r
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -l since -d 'Only those from this day on (UTC), or made so long ago at most: 2026-11-20, 7d, 12h, 2w' -r
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -l limit -d 'Only the newest N' -r
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -l unsure -d 'Only those that somebody should look at'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -l hidden -d 'Those that were hidden, too'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from show" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -l format -d 'What the files are' -r -f -a "eml\t'Drafts for a mail program, the address filled in where it is known'
markdown\t'Text with its sources, to read and to copy from'"
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -l user -d 'Only this user\'s' -r
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -l since -d 'Only those from this day on (UTC), or made so long ago at most: 2026-11-20, 7d, 12h, 2w' -r
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -l limit -d 'Only the newest N' -r
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -l unsure -d 'Only those that somebody should look at'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from hide" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from hide" -l undo -d 'Show it again'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from hide" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from hide" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from hide" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from delete" -l yes -d 'Delete without asking'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from delete" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from delete" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from help" -f -a "list" -d 'List e-mails, oldest first'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print an e-mail, then whether to look closer and why, its sources and papers, and what it took'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write e-mails into a directory, as drafts that a mail program opens; hidden ones are left out'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from help" -f -a "hide" -d 'Take an e-mail out of sight: lists and exports leave it out'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete an e-mail for good, with its sources'
complete -c scribe -n "__fish_scribe_using_subcommand email; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand compose" -l name -d 'The recipient\'s full name' -r
complete -c scribe -n "__fish_scribe_using_subcommand compose" -l interest -d 'What the recipient works on' -r
complete -c scribe -n "__fish_scribe_using_subcommand compose" -l template -d 'File with the e-mail and its placeholders' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand compose" -l sender -d 'The sender\'s own name, for placeholders like [Your Name]' -r
complete -c scribe -n "__fish_scribe_using_subcommand compose" -l field -d 'What a column of a spreadsheet would give: course=\'Marine Physics\' fills {{course}}; can be repeated' -r
complete -c scribe -n "__fish_scribe_using_subcommand compose" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand compose" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand compose" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand compose" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand read" -l config -d 'Configuration file [default: /etc/scribe/scribe.toml]' -r -F
complete -c scribe -n "__fish_scribe_using_subcommand read" -l json -d 'Print JSON where something is listed or shown'
complete -c scribe -n "__fish_scribe_using_subcommand read" -s h -l help -d 'Print help'
complete -c scribe -n "__fish_scribe_using_subcommand read" -s V -l version -d 'Print version'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "run" -d 'Work on the queue until stopped'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "setup" -d 'Set scribe up: ask for what it needs, try each answer, write settings, make tables and a user, start it'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "doctor" -d 'Check everything that scribe needs, each with its remedy; changes nothing'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "config" -d 'Look at the settings'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "db" -d 'Check the database, and change its schema'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "user" -d 'Add, list and delete users'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "queue" -d 'Queue recipients and see what became of them'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "email" -d 'Review finished e-mails and their sources, and export them'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "compose" -d 'Write one e-mail without a database: a preview, with whether to look closer and why, its sources and what it took'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "read" -d 'Print what research would read of a page: its title and its text'
complete -c scribe -n "__fish_scribe_using_subcommand help; and not __fish_seen_subcommand_from run setup doctor config db user queue email compose read help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Print every setting, where it came from, secrets masked'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "check" -d 'Try to connect: "Connected!" or "Failed: …" with its remedy'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "info" -d 'Print how the database is reached and what it is'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "upgrade" -d 'Apply pending migrations, all of them or none'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "downgrade" -d 'Take migrations back, newest first, with the data that stood in their tables; all of them or none'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "current" -d 'Print the version of the schema, e.g. "7 (head)"'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "history" -d 'List all versions, newest first, and which are applied'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "stamp" -d 'Record a version without running anything, for tables that are right already'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "revision" -d 'Write the next migration\'s two files, in a checkout of scribe\'s source'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "reset" -d 'Empty the database and create its tables anew; in development only'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "add" -d 'Add a user, or give one who is there a new name'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "list" -d 'List all users'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "sync" -d 'Copy the users that are missing from Supabase\'s table auth.users; nobody who is there is changed'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "delete" -d 'Delete a user for good, with their e-mails and their recipients in the queue'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "add" -d 'Queue one recipient'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "import" -d 'Queue every row of a spreadsheet that was saved as CSV, all or none'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "list" -d 'List the queue, oldest first'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "show" -d 'Print everything about one recipient of the queue'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "retry" -d 'Try a recipient again: one that failed, waits for its next try, or is finished, which gives another e-mail'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "cancel" -d 'Remove a recipient that waits'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "watch" -d 'Watch the queue: what waits, what is in work, what was finished last, how long it takes'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "pause" -d 'Begin no further recipient on this machine until `queue resume`, restarts included'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "resume" -d 'Go on after `queue pause`'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from email" -f -a "list" -d 'List e-mails, oldest first'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from email" -f -a "show" -d 'Print an e-mail, then whether to look closer and why, its sources and papers, and what it took'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from email" -f -a "export" -d 'Write e-mails into a directory, as drafts that a mail program opens; hidden ones are left out'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from email" -f -a "hide" -d 'Take an e-mail out of sight: lists and exports leave it out'
complete -c scribe -n "__fish_scribe_using_subcommand help; and __fish_seen_subcommand_from email" -f -a "delete" -d 'Delete an e-mail for good, with its sources'
