/**
 * Defines members on an object. They are not enumerable, since they are not its content, but writable and configurable, so
 * that a test can replace each with a spy or a stub (`vi.spyOn(f, 'forget')`).
 */
export function defineMembers(target: object, members: object): void {
  const descriptors = Object.getOwnPropertyDescriptors(members)
  for (const property of Reflect.ownKeys(descriptors)) {
    const descriptor = descriptors[property as keyof typeof descriptors] as PropertyDescriptor
    Object.defineProperty(target, property, { ...descriptor, enumerable: false })
  }
}
