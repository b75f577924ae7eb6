/* Signing out, or being signed out, leaves nothing of a person on the phone. The files of the page
   stay: they are everybody's. */

import { forget } from "./wallet.js";

forget().catch(() => {});
