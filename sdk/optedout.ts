/** What a browser says of its visitor's wish before the site's own rule is known: where it says so, nothing is told. */
export function hasOptedOut(): boolean {
  try {
    const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean }
    return Boolean(globalPrivacyControl || navigator.doNotTrack === '1' || localStorage['graupel-off'])
  } catch {
    return false
  }
}
