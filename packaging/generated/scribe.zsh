#compdef scribe

autoload -U is-at-least

_scribe() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_scribe_commands" \
"*::: :->scribe" \
&& ret=0
    case $state in
    (scribe)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-command-$line[1]:"
        case $line[1] in
            (run)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--until-empty[Stop when nothing is left to do]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(setup)
_arguments "${_arguments_options[@]}" : \
'--env=[File of NAME=value lines, such as the .env of the Python Scribe; - for standard input]:FILE:_files' \
'--user=[The sender'\''s e-mail address]:EMAIL:_default' \
'--name=[The name that e-mails are signed with]:NAME:_default' \
'--template=[File with the sender'\''s own template, which is stored]:FILE:_files' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--start[Start the service without asking]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_scribe__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-config-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__config__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-config-help-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(db)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_scribe__subcmd__db_commands" \
"*::: :->db" \
&& ret=0

    case $state in
    (db)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-db-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--schema[Also tell how the tables differ from what the migrations make]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(info)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(upgrade)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
'::target -- head, +N for N steps, or a version:_default' \
&& ret=0
;;
(downgrade)
_arguments "${_arguments_options[@]}" : \
'--yes=[The database'\''s name, to agree to the loss; needed in production]:NAME:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':target -- -N for N steps, the version that is to stay, or base:_default' \
&& ret=0
;;
(current)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--verbose[Tell when each was applied]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(stamp)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':target -- A version, head, or base:_default' \
&& ret=0
;;
(revision)
_arguments "${_arguments_options[@]}" : \
'-m+[What the migration does]:MESSAGE:_default' \
'--message=[What the migration does]:MESSAGE:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(reset)
_arguments "${_arguments_options[@]}" : \
'--yes=[The database'\''s name, instead of being asked for it]:NAME:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__db__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-db-help-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(info)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(upgrade)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(downgrade)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(current)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(stamp)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(revision)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(reset)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(user)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_scribe__subcmd__user_commands" \
"*::: :->user" \
&& ret=0

    case $state in
    (user)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-user-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
'--id=[The user'\''s id, on Supabase that of auth.users \[default\: a new one\]]:ID:_default' \
'--name=[The name that e-mails are signed with]:NAME:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':email -- The user'\''s e-mail address:_default' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(sync)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--yes[Delete without asking]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':email -- The user'\''s e-mail address:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__user__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-user-help-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(sync)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(queue)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_scribe__subcmd__queue_commands" \
"*::: :->queue" \
&& ret=0

    case $state in
    (queue)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-queue-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
'--user=[The sender'\''s e-mail address]:USER:_default' \
'--name=[The recipient'\''s full name]:NAME:_default' \
'--interest=[What the recipient works on]:INTEREST:_default' \
'--email=[The recipient'\''s e-mail address, for \`email export\`]:EMAIL:_default' \
'--template=[File with the e-mail and its placeholders \[default\: the user'\''s own template\]]:FILE:_files' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(import)
_arguments "${_arguments_options[@]}" : \
'--user=[The sender'\''s e-mail address]:USER:_default' \
'--template=[File with the e-mail and its placeholders \[default\: the user'\''s own template\]]:FILE:_files' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--dry-run[Check everything, show the first three, and queue nothing]' \
'--again[Also queue those who wait already or were written to]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':file -- The CSV file, or - for standard input:_files' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'--user=[Only this user'\''s]:EMAIL:_default' \
'--since=[Only those from this day on (UTC), or made so long ago at most\: 2026-11-20, 7d, 12h, 2w]:DATE|7d:_default' \
'--limit=[Only the newest N]:N:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--failed[Only those that failed]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':id -- The item'\''s id, or its first digits:_default' \
&& ret=0
;;
(retry)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--again[Also who failed and was queued again since]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':id -- The item'\''s id, or its first eight digits or more:_default' \
&& ret=0
;;
(cancel)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':id -- The item'\''s id, or its first eight digits or more:_default' \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
'--interval=[Seconds between two looks, 1 to 3600]:SECONDS:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(pause)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(resume)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__queue__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-queue-help-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(retry)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(cancel)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(pause)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(resume)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(email)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_scribe__subcmd__email_commands" \
"*::: :->email" \
&& ret=0

    case $state in
    (email)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-email-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'--user=[Only this user'\''s]:EMAIL:_default' \
'--since=[Only those from this day on (UTC), or made so long ago at most\: 2026-11-20, 7d, 12h, 2w]:DATE|7d:_default' \
'--limit=[Only the newest N]:N:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--unsure[Only those that somebody should look at]' \
'--hidden[Those that were hidden, too]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':id -- The e-mail'\''s id, or its first digits:_default' \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
'--format=[What the files are]:FORMAT:((eml\:"Drafts for a mail program, the address filled in where it is known"
markdown\:"Text with its sources, to read and to copy from"))' \
'--user=[Only this user'\''s]:EMAIL:_default' \
'--since=[Only those from this day on (UTC), or made so long ago at most\: 2026-11-20, 7d, 12h, 2w]:DATE|7d:_default' \
'--limit=[Only the newest N]:N:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--unsure[Only those that somebody should look at]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
':directory -- The directory; it is made if it is not there:_files' \
&& ret=0
;;
(hide)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--undo[Show it again]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':id -- The e-mail'\''s id, or its first eight digits or more:_default' \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--yes[Delete without asking]' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':id -- The e-mail'\''s id, or its first eight digits or more:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__email__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-email-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hide)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(compose)
_arguments "${_arguments_options[@]}" : \
'--name=[The recipient'\''s full name]:NAME:_default' \
'--interest=[What the recipient works on]:INTEREST:_default' \
'--template=[File with the e-mail and its placeholders]:FILE:_files' \
'--sender=[The sender'\''s own name, for placeholders like \[Your Name\]]:SENDER:_default' \
'*--field=[What a column of a spreadsheet would give\: course='\''Marine Physics'\'' fills {{course}}; can be repeated]:NAME=VALUE:_default' \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
;;
(read)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: /etc/scribe/scribe.toml\]]:FILE:_files' \
'--json[Print JSON where something is listed or shown]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
':what -- The page'\''s address, or a file that holds it:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-help-command-$line[1]:"
        case $line[1] in
            (run)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(setup)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__help__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-help-config-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(db)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__help__subcmd__db_commands" \
"*::: :->db" \
&& ret=0

    case $state in
    (db)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-help-db-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(info)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(upgrade)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(downgrade)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(current)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(stamp)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(revision)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(reset)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(user)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__help__subcmd__user_commands" \
"*::: :->user" \
&& ret=0

    case $state in
    (user)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-help-user-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(sync)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(queue)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__help__subcmd__queue_commands" \
"*::: :->queue" \
&& ret=0

    case $state in
    (queue)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-help-queue-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(retry)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(cancel)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(pause)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(resume)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(email)
_arguments "${_arguments_options[@]}" : \
":: :_scribe__subcmd__help__subcmd__email_commands" \
"*::: :->email" \
&& ret=0

    case $state in
    (email)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:scribe-help-email-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hide)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(compose)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(read)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_scribe_commands] )) ||
_scribe_commands() {
    local commands; commands=(
'run:Work on the queue until stopped' \
'setup:Set scribe up\: ask for what it needs, try each answer, write settings, make tables and a user, start it' \
'doctor:Check everything that scribe needs, each with its remedy; changes nothing' \
'config:Look at the settings' \
'db:Check the database, and change its schema' \
'user:Add, list and delete users' \
'queue:Queue recipients and see what became of them' \
'email:Review finished e-mails and their sources, and export them' \
'compose:Write one e-mail without a database\: a preview, with whether to look closer and why, its sources and what it took' \
'read:Print what research would read of a page\: its title and its text' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe commands' commands "$@"
}
(( $+functions[_scribe__subcmd__compose_commands] )) ||
_scribe__subcmd__compose_commands() {
    local commands; commands=()
    _describe -t commands 'scribe compose commands' commands "$@"
}
(( $+functions[_scribe__subcmd__config_commands] )) ||
_scribe__subcmd__config_commands() {
    local commands; commands=(
'show:Print every setting, where it came from, secrets masked' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe config commands' commands "$@"
}
(( $+functions[_scribe__subcmd__config__subcmd__help_commands] )) ||
_scribe__subcmd__config__subcmd__help_commands() {
    local commands; commands=(
'show:Print every setting, where it came from, secrets masked' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe config help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__config__subcmd__help__subcmd__help_commands] )) ||
_scribe__subcmd__config__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'scribe config help help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__config__subcmd__help__subcmd__show_commands] )) ||
_scribe__subcmd__config__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe config help show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__config__subcmd__show_commands] )) ||
_scribe__subcmd__config__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe config show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db_commands] )) ||
_scribe__subcmd__db_commands() {
    local commands; commands=(
'check:Try to connect\: "Connected!" or "Failed\: …" with its remedy' \
'info:Print how the database is reached and what it is' \
'upgrade:Apply pending migrations, all of them or none' \
'downgrade:Take migrations back, newest first, with the data that stood in their tables; all of them or none' \
'current:Print the version of the schema, e.g. "7 (head)"' \
'history:List all versions, newest first, and which are applied' \
'stamp:Record a version without running anything, for tables that are right already' \
'revision:Write the next migration'\''s two files, in a checkout of scribe'\''s source' \
'reset:Empty the database and create its tables anew; in development only' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe db commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__check_commands] )) ||
_scribe__subcmd__db__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db check commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__current_commands] )) ||
_scribe__subcmd__db__subcmd__current_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db current commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__downgrade_commands] )) ||
_scribe__subcmd__db__subcmd__downgrade_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db downgrade commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help_commands] )) ||
_scribe__subcmd__db__subcmd__help_commands() {
    local commands; commands=(
'check:Try to connect\: "Connected!" or "Failed\: …" with its remedy' \
'info:Print how the database is reached and what it is' \
'upgrade:Apply pending migrations, all of them or none' \
'downgrade:Take migrations back, newest first, with the data that stood in their tables; all of them or none' \
'current:Print the version of the schema, e.g. "7 (head)"' \
'history:List all versions, newest first, and which are applied' \
'stamp:Record a version without running anything, for tables that are right already' \
'revision:Write the next migration'\''s two files, in a checkout of scribe'\''s source' \
'reset:Empty the database and create its tables anew; in development only' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe db help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__check_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help check commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__current_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__current_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help current commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__downgrade_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__downgrade_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help downgrade commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__help_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__history_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__history_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help history commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__info_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help info commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__reset_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__reset_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help reset commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__revision_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__revision_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help revision commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__stamp_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__stamp_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help stamp commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__help__subcmd__upgrade_commands] )) ||
_scribe__subcmd__db__subcmd__help__subcmd__upgrade_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db help upgrade commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__history_commands] )) ||
_scribe__subcmd__db__subcmd__history_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db history commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__info_commands] )) ||
_scribe__subcmd__db__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db info commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__reset_commands] )) ||
_scribe__subcmd__db__subcmd__reset_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db reset commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__revision_commands] )) ||
_scribe__subcmd__db__subcmd__revision_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db revision commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__stamp_commands] )) ||
_scribe__subcmd__db__subcmd__stamp_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db stamp commands' commands "$@"
}
(( $+functions[_scribe__subcmd__db__subcmd__upgrade_commands] )) ||
_scribe__subcmd__db__subcmd__upgrade_commands() {
    local commands; commands=()
    _describe -t commands 'scribe db upgrade commands' commands "$@"
}
(( $+functions[_scribe__subcmd__doctor_commands] )) ||
_scribe__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'scribe doctor commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email_commands] )) ||
_scribe__subcmd__email_commands() {
    local commands; commands=(
'list:List e-mails, oldest first' \
'show:Print an e-mail, then whether to look closer and why, its sources and papers, and what it took' \
'export:Write e-mails into a directory, as drafts that a mail program opens; hidden ones are left out' \
'hide:Take an e-mail out of sight\: lists and exports leave it out' \
'delete:Delete an e-mail for good, with its sources' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe email commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__delete_commands] )) ||
_scribe__subcmd__email__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email delete commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__export_commands] )) ||
_scribe__subcmd__email__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email export commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__help_commands] )) ||
_scribe__subcmd__email__subcmd__help_commands() {
    local commands; commands=(
'list:List e-mails, oldest first' \
'show:Print an e-mail, then whether to look closer and why, its sources and papers, and what it took' \
'export:Write e-mails into a directory, as drafts that a mail program opens; hidden ones are left out' \
'hide:Take an e-mail out of sight\: lists and exports leave it out' \
'delete:Delete an e-mail for good, with its sources' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe email help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__help__subcmd__delete_commands] )) ||
_scribe__subcmd__email__subcmd__help__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email help delete commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__help__subcmd__export_commands] )) ||
_scribe__subcmd__email__subcmd__help__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email help export commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__help__subcmd__help_commands] )) ||
_scribe__subcmd__email__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email help help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__help__subcmd__hide_commands] )) ||
_scribe__subcmd__email__subcmd__help__subcmd__hide_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email help hide commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__help__subcmd__list_commands] )) ||
_scribe__subcmd__email__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email help list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__help__subcmd__show_commands] )) ||
_scribe__subcmd__email__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email help show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__hide_commands] )) ||
_scribe__subcmd__email__subcmd__hide_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email hide commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__list_commands] )) ||
_scribe__subcmd__email__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__email__subcmd__show_commands] )) ||
_scribe__subcmd__email__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe email show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help_commands] )) ||
_scribe__subcmd__help_commands() {
    local commands; commands=(
'run:Work on the queue until stopped' \
'setup:Set scribe up\: ask for what it needs, try each answer, write settings, make tables and a user, start it' \
'doctor:Check everything that scribe needs, each with its remedy; changes nothing' \
'config:Look at the settings' \
'db:Check the database, and change its schema' \
'user:Add, list and delete users' \
'queue:Queue recipients and see what became of them' \
'email:Review finished e-mails and their sources, and export them' \
'compose:Write one e-mail without a database\: a preview, with whether to look closer and why, its sources and what it took' \
'read:Print what research would read of a page\: its title and its text' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__compose_commands] )) ||
_scribe__subcmd__help__subcmd__compose_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help compose commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__config_commands] )) ||
_scribe__subcmd__help__subcmd__config_commands() {
    local commands; commands=(
'show:Print every setting, where it came from, secrets masked' \
    )
    _describe -t commands 'scribe help config commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__config__subcmd__show_commands] )) ||
_scribe__subcmd__help__subcmd__config__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help config show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db_commands] )) ||
_scribe__subcmd__help__subcmd__db_commands() {
    local commands; commands=(
'check:Try to connect\: "Connected!" or "Failed\: …" with its remedy' \
'info:Print how the database is reached and what it is' \
'upgrade:Apply pending migrations, all of them or none' \
'downgrade:Take migrations back, newest first, with the data that stood in their tables; all of them or none' \
'current:Print the version of the schema, e.g. "7 (head)"' \
'history:List all versions, newest first, and which are applied' \
'stamp:Record a version without running anything, for tables that are right already' \
'revision:Write the next migration'\''s two files, in a checkout of scribe'\''s source' \
'reset:Empty the database and create its tables anew; in development only' \
    )
    _describe -t commands 'scribe help db commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__check_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db check commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__current_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__current_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db current commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__downgrade_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__downgrade_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db downgrade commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__history_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__history_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db history commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__info_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__info_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db info commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__reset_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__reset_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db reset commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__revision_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__revision_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db revision commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__stamp_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__stamp_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db stamp commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__db__subcmd__upgrade_commands] )) ||
_scribe__subcmd__help__subcmd__db__subcmd__upgrade_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help db upgrade commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__doctor_commands] )) ||
_scribe__subcmd__help__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help doctor commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__email_commands] )) ||
_scribe__subcmd__help__subcmd__email_commands() {
    local commands; commands=(
'list:List e-mails, oldest first' \
'show:Print an e-mail, then whether to look closer and why, its sources and papers, and what it took' \
'export:Write e-mails into a directory, as drafts that a mail program opens; hidden ones are left out' \
'hide:Take an e-mail out of sight\: lists and exports leave it out' \
'delete:Delete an e-mail for good, with its sources' \
    )
    _describe -t commands 'scribe help email commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__email__subcmd__delete_commands] )) ||
_scribe__subcmd__help__subcmd__email__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help email delete commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__email__subcmd__export_commands] )) ||
_scribe__subcmd__help__subcmd__email__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help email export commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__email__subcmd__hide_commands] )) ||
_scribe__subcmd__help__subcmd__email__subcmd__hide_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help email hide commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__email__subcmd__list_commands] )) ||
_scribe__subcmd__help__subcmd__email__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help email list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__email__subcmd__show_commands] )) ||
_scribe__subcmd__help__subcmd__email__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help email show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__help_commands] )) ||
_scribe__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue_commands] )) ||
_scribe__subcmd__help__subcmd__queue_commands() {
    local commands; commands=(
'add:Queue one recipient' \
'import:Queue every row of a spreadsheet that was saved as CSV, all or none' \
'list:List the queue, oldest first' \
'show:Print everything about one recipient of the queue' \
'retry:Try a recipient again\: one that failed, waits for its next try, or is finished, which gives another e-mail' \
'cancel:Remove a recipient that waits' \
'watch:Watch the queue\: what waits, what is in work, what was finished last, how long it takes' \
'pause:Begin no further recipient on this machine until \`queue resume\`, restarts included' \
'resume:Go on after \`queue pause\`' \
    )
    _describe -t commands 'scribe help queue commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__add_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue add commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__cancel_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__cancel_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue cancel commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__import_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue import commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__list_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__pause_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__pause_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue pause commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__resume_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__resume_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue resume commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__retry_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__retry_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue retry commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__show_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__queue__subcmd__watch_commands] )) ||
_scribe__subcmd__help__subcmd__queue__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help queue watch commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__read_commands] )) ||
_scribe__subcmd__help__subcmd__read_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help read commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__run_commands] )) ||
_scribe__subcmd__help__subcmd__run_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help run commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__setup_commands] )) ||
_scribe__subcmd__help__subcmd__setup_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help setup commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__user_commands] )) ||
_scribe__subcmd__help__subcmd__user_commands() {
    local commands; commands=(
'add:Add a user, or give one who is there a new name' \
'list:List all users' \
'sync:Copy the users that are missing from Supabase'\''s table auth.users; nobody who is there is changed' \
'delete:Delete a user for good, with their e-mails and their recipients in the queue' \
    )
    _describe -t commands 'scribe help user commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__user__subcmd__add_commands] )) ||
_scribe__subcmd__help__subcmd__user__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help user add commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__user__subcmd__delete_commands] )) ||
_scribe__subcmd__help__subcmd__user__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help user delete commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__user__subcmd__list_commands] )) ||
_scribe__subcmd__help__subcmd__user__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help user list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__help__subcmd__user__subcmd__sync_commands] )) ||
_scribe__subcmd__help__subcmd__user__subcmd__sync_commands() {
    local commands; commands=()
    _describe -t commands 'scribe help user sync commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue_commands] )) ||
_scribe__subcmd__queue_commands() {
    local commands; commands=(
'add:Queue one recipient' \
'import:Queue every row of a spreadsheet that was saved as CSV, all or none' \
'list:List the queue, oldest first' \
'show:Print everything about one recipient of the queue' \
'retry:Try a recipient again\: one that failed, waits for its next try, or is finished, which gives another e-mail' \
'cancel:Remove a recipient that waits' \
'watch:Watch the queue\: what waits, what is in work, what was finished last, how long it takes' \
'pause:Begin no further recipient on this machine until \`queue resume\`, restarts included' \
'resume:Go on after \`queue pause\`' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe queue commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__add_commands] )) ||
_scribe__subcmd__queue__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue add commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__cancel_commands] )) ||
_scribe__subcmd__queue__subcmd__cancel_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue cancel commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help_commands] )) ||
_scribe__subcmd__queue__subcmd__help_commands() {
    local commands; commands=(
'add:Queue one recipient' \
'import:Queue every row of a spreadsheet that was saved as CSV, all or none' \
'list:List the queue, oldest first' \
'show:Print everything about one recipient of the queue' \
'retry:Try a recipient again\: one that failed, waits for its next try, or is finished, which gives another e-mail' \
'cancel:Remove a recipient that waits' \
'watch:Watch the queue\: what waits, what is in work, what was finished last, how long it takes' \
'pause:Begin no further recipient on this machine until \`queue resume\`, restarts included' \
'resume:Go on after \`queue pause\`' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe queue help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__add_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help add commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__cancel_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__cancel_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help cancel commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__help_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__import_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help import commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__list_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__pause_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__pause_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help pause commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__resume_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__resume_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help resume commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__retry_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__retry_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help retry commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__show_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__help__subcmd__watch_commands] )) ||
_scribe__subcmd__queue__subcmd__help__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue help watch commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__import_commands] )) ||
_scribe__subcmd__queue__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue import commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__list_commands] )) ||
_scribe__subcmd__queue__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__pause_commands] )) ||
_scribe__subcmd__queue__subcmd__pause_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue pause commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__resume_commands] )) ||
_scribe__subcmd__queue__subcmd__resume_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue resume commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__retry_commands] )) ||
_scribe__subcmd__queue__subcmd__retry_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue retry commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__show_commands] )) ||
_scribe__subcmd__queue__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue show commands' commands "$@"
}
(( $+functions[_scribe__subcmd__queue__subcmd__watch_commands] )) ||
_scribe__subcmd__queue__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'scribe queue watch commands' commands "$@"
}
(( $+functions[_scribe__subcmd__read_commands] )) ||
_scribe__subcmd__read_commands() {
    local commands; commands=()
    _describe -t commands 'scribe read commands' commands "$@"
}
(( $+functions[_scribe__subcmd__run_commands] )) ||
_scribe__subcmd__run_commands() {
    local commands; commands=()
    _describe -t commands 'scribe run commands' commands "$@"
}
(( $+functions[_scribe__subcmd__setup_commands] )) ||
_scribe__subcmd__setup_commands() {
    local commands; commands=()
    _describe -t commands 'scribe setup commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user_commands] )) ||
_scribe__subcmd__user_commands() {
    local commands; commands=(
'add:Add a user, or give one who is there a new name' \
'list:List all users' \
'sync:Copy the users that are missing from Supabase'\''s table auth.users; nobody who is there is changed' \
'delete:Delete a user for good, with their e-mails and their recipients in the queue' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe user commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__add_commands] )) ||
_scribe__subcmd__user__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user add commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__delete_commands] )) ||
_scribe__subcmd__user__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user delete commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__help_commands] )) ||
_scribe__subcmd__user__subcmd__help_commands() {
    local commands; commands=(
'add:Add a user, or give one who is there a new name' \
'list:List all users' \
'sync:Copy the users that are missing from Supabase'\''s table auth.users; nobody who is there is changed' \
'delete:Delete a user for good, with their e-mails and their recipients in the queue' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'scribe user help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__help__subcmd__add_commands] )) ||
_scribe__subcmd__user__subcmd__help__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user help add commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__help__subcmd__delete_commands] )) ||
_scribe__subcmd__user__subcmd__help__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user help delete commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__help__subcmd__help_commands] )) ||
_scribe__subcmd__user__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user help help commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__help__subcmd__list_commands] )) ||
_scribe__subcmd__user__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user help list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__help__subcmd__sync_commands] )) ||
_scribe__subcmd__user__subcmd__help__subcmd__sync_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user help sync commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__list_commands] )) ||
_scribe__subcmd__user__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user list commands' commands "$@"
}
(( $+functions[_scribe__subcmd__user__subcmd__sync_commands] )) ||
_scribe__subcmd__user__subcmd__sync_commands() {
    local commands; commands=()
    _describe -t commands 'scribe user sync commands' commands "$@"
}

if [ "$funcstack[1]" = "_scribe" ]; then
    _scribe "$@"
else
    compdef _scribe scribe
fi
