import { Body, Controller, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { Audited, Id, Operation, SignedIn } from '../platform/http/index.js';
import { CurrentActor, type Actor } from './actor.js';
import {
  ChangePasswordDto,
  CreatedPersonDto,
  CreatePersonDto,
  ListPeopleQuery,
  PersonDto,
  personDto,
  PersonListDto,
  UpdatePersonDto,
} from './dto/people.dto.js';
import { PeopleService } from './people.service.js';
import { Requires } from './requires.js';

@Controller('people')
export class PeopleController {
  constructor(private readonly people: PeopleService) {}

  @Get()
  @Requires('people:read')
  @Operation({ id: 'listPeople', summary: 'People with an account', returns: PersonListDto })
  async list(@Query({ schema: ListPeopleQuery }) query: ListPeopleQuery): Promise<PersonListDto> {
    const { items, total } = await this.people.list(query, query);
    return { items: items.map(personDto), total };
  }

  @Post()
  @Requires('people:manage')
  @Audited('people.create')
  @Operation({ id: 'createPerson', summary: 'Give someone an account', status: 201, returns: CreatedPersonDto })
  async create(@Body({ schema: CreatePersonDto }) body: CreatePersonDto): Promise<CreatedPersonDto> {
    const { person, generatedPassword } = await this.people.create(body);
    return { ...personDto(person), generatedPassword };
  }

  @Put('current/password')
  @SignedIn()
  @Audited('people.change-password')
  @Operation({ id: 'changePassword', summary: 'Change your own password; ends all your sessions' })
  changePassword(
    @CurrentActor() actor: Actor,
    @Body({ schema: ChangePasswordDto }) body: ChangePasswordDto,
  ): Promise<void> {
    return this.people.changeOwnPassword(actor, body.currentPassword, body.newPassword);
  }

  @Get(':id')
  @Requires('people:read')
  @Operation({ id: 'getPerson', summary: 'One person', returns: PersonDto })
  async get(@Param('id', { schema: Id }) id: string): Promise<PersonDto> {
    return personDto(await this.people.get(id));
  }

  @Patch(':id')
  @Requires('people:manage')
  @Audited('people.update')
  @Operation({
    id: 'updatePerson',
    summary: 'Change name, role, password, or disable; ends the sessions of that person where it must',
    returns: PersonDto,
  })
  async update(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdatePersonDto }) body: UpdatePersonDto,
  ): Promise<PersonDto> {
    return personDto(await this.people.update(id, body));
  }
}
