/* Signing out, or being signed out, leaves nothing on the phone. */

import { forget } from "./wallet.js";

forget().catch(() => {});
if ("caches" in globalThis) caches.delete("healthcode-code");
