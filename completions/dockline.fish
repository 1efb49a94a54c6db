# SPDX-License-Identifier: MIT
# fish completion: asks the program for its options, so that it never needs a change.

# task names for taskrun; nothing where there is no taskreg
function __dockline_tasks
    taskreg list --json 2>/dev/null </dev/null | string replace -rf '.*"task_id": *"([^"]*)".*' '$1'
end

# the commands named in the usage of a program
function __dockline_commands -a program
    $program -h 2>/dev/null </dev/null | string replace -rf '^usage: [^]]*\] ' '' | string split ' ' | string split '|' |
        string match -r '^[a-z]+$'
end

function __dockline_options -a program
    set -l row
    complete -c $program -e
    $program --list-options 2>/dev/null </dev/null | while read -ld \t long short arg help
        set row -c $program -l $long -d $help
        test "$short" = - || set -a row -s $short
        test "$arg" = - || set -a row -r -F
        complete $row
    end
end

# fish loads this file under the name of the program that is typed
set -l programs (status basename | string replace -r '\.fish$' '')
test $programs = dockline && set programs @PROGRAMS@
for program in $programs
    command -q $program && __dockline_options $program
    set -l first "(__dockline_commands $program)"
    test $program = taskrun && set first '(__dockline_tasks)'
    complete -c $program -n __fish_is_first_arg -a $first
end
