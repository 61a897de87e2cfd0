import Freehold

/// The pages that belong to no verb.
enum HelpPages {
  /// A page by its name; nil when there is none.
  static func topic(_ name: String) -> String? {
    switch name {
    case "exit-codes", "exit-code", "exitcodes": exitCodes
    case "options": options
    case "passphrase", "passphrases": passphrase
    case "times", "sizes": times
    default: nil
    }
  }

  /// What `freehold` alone prints.
  static let overview = """
    freehold keeps a folder on other people's disks: encrypted, versioned, in step.

      freehold init ~/vault --recovery-out ~/recovery-sheet    make a vault of a folder
      cd ~/vault && freehold node add INVITATION               a host's line: where to keep it
      freehold sync                                            bring it there; again and again
      freehold status                                          am I safe?
      freehold restore photos --to /tmp/old --at 7d            how it was a week ago

    Your vault
      init DIR        make a vault of a folder        sync        folder, vault and nodes in step
      status          safe? what waits, what next     check       is everything there and whole
      unlock, lock    keep the keys open for a while  doctor      find out what is wrong
      sync --watch    whenever something changes      service     the same in the background
    Your files
      ls [PATH]       what is in the vault            log [PATH]  what happened, and when
      cat PATH        one file                        diff [PATH] what changed since a time
      restore PATH…   bring back, also old versions   export FILE everything as a tar file
      conflicts       changed in several places       resolve PATH  which content stays
    Your devices
      link            a code for a new device         join CODE DIR   this machine is the new one
      device list     who has the vault               device revoke   put one out
      recover DIR     from the 24 words and one node
    Other people
      card            what others need from you       contact add     note a person's card
      grant NAME …    let somebody into a folder      accept FILE DIR take up what was shared
      grants, why     who may do what, by whose word  policy show     the same as a text
      revoke NAME     take access away                quarantine list what came too late
      reencrypt       seal what is there anew, under the newest keys
    Your nodes
      node add|list|remove|probe                      redundancy show|set K/N
    More
      version, completion SHELL
      help VERB, help options, help exit-codes, help passphrase, help times

    """

  private static let options = """
    These options may stand before or after every verb.

      -C DIR               the vault's folder, or one in it (else: the current folder, upward;
                           or DIR as a verb's last word)
      --home DIR           where this device keeps keys and state (else: $FREEHOLD_HOME, else
                           $XDG_DATA_HOME/freehold, else ~/.local/share/freehold)
      --json               print JSON: one object, or one a line for ls, log and diff; errors too:
                           {"error":{"code":14,"message":"…","hint":"…"}}
      --passphrase-fd N    read the passphrase from descriptor N (freehold help passphrase)
      --no-input           never ask; fail with the flag to use instead
      -q, --quiet          only errors
      --color WHEN         auto, always, never; --no-color is never. NO_COLOR, CLICOLOR=0 and
                           TERM=dumb are obeyed

    Data goes to the standard output, talk to the standard error stream. Names that could command
    a terminal are shown escaped; into a pipe they go as they are.

    """

  private static let exitCodes = """
    Scripts may rely on these.

        0  done
        1  failed, for a reason that no other code describes
        2  usage: the request itself is wrong
        3  done in part; the message says what is missing
       10  no such vault, path, node or version
       11  busy: another process has the vault open
       12  locked, or the passphrase is wrong
       13  the policy refuses
       14  no node can be reached; everything is saved locally
       15  tampering, rollback or corruption was found
       16  no space on this disk, or no quota at a node
       17  a person has to decide: a new conflict, or very many deletions
      130  interrupted; what was done is kept

    """

  private static let passphrase = """
    The passphrase protects the keys of this device. It never goes on a command line. In this
    order, the first that is given is used:

      --passphrase-fd N               one line from descriptor N
      FREEHOLD_PASSPHRASE_FILE        the first line of a file; chmod 600 it
      FREEHOLD_PASSPHRASE_COMMAND     the first line that a command prints
      freehold unlock                 the unlock agent, until 15 minutes after the last use
      a prompt                        on a terminal only

    freehold init --no-passphrase makes keys that need none; the file's mode, 0600, guards them.
    A forgotten passphrase costs this device, not the vault: the 24 words of the recovery sheet
    bring the vault back.

    """

  private static let times = """
    Times, as in --at:
      2h, 90d, 1w2d, 30m          so long ago
      2027-01-31                  that day, from its first moment (UTC)
      2027-01-31T12:00:00Z        that moment (RFC 3339)

    Sizes:
      4096, 10GiB, 1.5 TB         B, kB to PB (1000), KiB to PiB (1024)


    Examples:
      freehold restore photos --to /tmp/old --at 7d
      freehold cat notes.md --at 2027-01-31
      freehold diff --at 2h
    """
}
