/** New ed25519 key pairs, in OpenSSH's formats. */
import ssh2 from "ssh2";

export interface KeyPair {
  /** PEM text. */
  readonly private: string;
  /** `ssh-ed25519 AAAA…` */
  readonly public: string;
}

/**
 * One in 250 pairs of ssh2 1.17 cannot be read back ("Malformed OpenSSH private key": it drops a leading zero byte), so
 * only a pair that both sides can read is handed out.
 */
export function generateKeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    const readable = [pair.private, pair.public].every((text) => !(ssh2.utils.parseKey(text) instanceof Error));
    if (readable) return { private: pair.private, public: pair.public.trim() };
  }
}
